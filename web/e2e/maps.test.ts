/**
 * Maps, the driving screen and printed sheets: the administrator uploads outlines and
 * takes them back, the task force reads its county in colours, lists and on the wall,
 * and takes paper along.
 */
import { expect, test } from 'vitest'
import { DESK, Person } from './person'
import { useStage } from './story'

const stage = useStage()
const P = '/console/p/sme-finance'
const WALL = { width: 1920, height: 1080, phone: false }

const square = (properties: object, lng: number, lat: number): object => {
  const h = 0.02
  return { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [[[lng - h, lat - h], [lng + h, lat - h], [lng + h, lat + h], [lng - h, lat + h], [lng - h, lat - h]]] } }
}
const geojson = (...features: object[]) => ({ name: '轮廓.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(JSON.stringify({ type: 'FeatureCollection', features })) })

test('outlines: refused with reasons, checked, drawn, taken back', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'admin')
  await p.go('/console/admin/maps')
  await p.heading('已上传的文件').waitFor()
  await p.sees('示意区划.geojson')
  const upload = async (file: ReturnType<typeof geojson>): Promise<void> => {
    await p.page.getByLabel('地图文件').setInputFiles(file)
    await p.press('检查文件')
  }
  await upload(geojson(square({ code: '110101001', name: '别县街道' }, 116.4, 39.9), square({ name: '天边镇' }, 116.5, 39.9)))
  await p.sees(/对上 0 个，对不上 2 个/)
  await p.sees(/第 2 个区域“天边镇”不是本县的区划/)
  await upload(geojson(square({ code: '440902001' }, 21.7, 110.9)))
  await p.sees(/经度、纬度写反了/)
  p.faults.length = 0 // the two refusals stand in the browser's log as 422
  await upload(geojson(square({ code: '440902001', name: '红旗街道' }, 110.95, 21.7), square({ name: '邻县镇' }, 111.2, 21.7)))
  await p.sees(/对上 1 个区划/)
  await p.sees(/1 个区域不是本县区划/)
  await p.check('console-map-checked')
  await p.press('启用这 1 个轮廓')
  await p.sees('使用中，第 2 版')
  await p.page.getByRole('button', { name: '撤回 轮廓.geojson' }).click()
  await p.sees('已撤回')
  await p.check('console-maps')
  await p.leave()
})

test('the map, with its lists; and as a picture where there is no WebGL', async () => {
  for (const webgl of [true, false]) {
    const p = await Person.staff(stage.browser, stage.server.url, 'zhuanban')
    if (!webgl) await p.page.addInitScript('{ const get = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return /webgl/.test(kind) ? null : get.call(this, kind, ...rest) } }')
    await p.go(`${P}/map?day=${stage.server.day('2026-10-20')}`)
    await p.heading('各区划').waitFor()
    await p.page.getByRole('img', { name: /千企万户大走访/ }).or(p.page.locator('[data-drawn]')).first().waitFor()
    await p.sees('示意边界：由程序生成，不是真实区划界线。')
    await p.sees('6 / 18')
    const visits = p.page.getByRole('region', { name: '走访' })
    await visits.getByRole('link', { name: '荷塘食品厂' }).waitFor()
    await visits.getByText('准确位置').waitFor()
    await p.page.getByRole('region', { name: '参与单位' }).getByText('演示农商银行').waitFor()
    if (!webgl) {
      p.faults.length = 0 // the library says on the console that there is no WebGL
      await p.page.getByRole('img', { name: /千企万户大走访/ }).focus()
      await p.page.keyboard.press('+')
      expect(await p.page.getByRole('button', { name: '缩小' }).isEnabled()).toBe(true)
    }
    await p.check(webgl ? 'console-map' : 'console-map-flat')
    await p.page.setViewportSize({ width: 390, height: 844 })
    await p.check(webgl ? 'console-map' : 'console-map-flat', 390)
    await p.leave()
  }
})

test('the driving screen, in charts and in tables', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'zhuanban', DESK)
  await p.page.setViewportSize(WALL)
  await p.go('/console/screen?program=sme-finance')
  await p.heading('小微企业融资协调').waitFor()
  await p.heading('办理环节').waitFor()
  await p.page.getByRole('img', { name: /^地图/ }).waitFor()
  await p.check('console-screen', WALL.width)
  await p.press('看表')
  await p.page.getByRole('region', { name: '各区划' }).getByText('6 / 18').waitFor()
  await p.check('console-screen-tables', WALL.width)
  const words = await p.page.locator('main').innerText()
  for (const name of ['荷塘', '阿玲', '演示企业']) expect(words).not.toContain(name)
  await p.page.setViewportSize({ width: 390, height: 844 })
  await p.check('console-screen', 390)
  await p.leave()
})

test('sheets of paper: a purpose first, then A4 with page numbers', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'zhuanban')
  await p.go(`${P}/duties`)
  await p.page.getByRole('link', { name: new RegExp(stage.server.day('2026-10-13')) }).first().click()
  await p.heading('任务明细').waitFor()
  await p.follow('打印空白走访表')
  await p.sees('空白表不含个人信息。')
  await p.check('print-blank')
  await p.press('返回')
  await p.follow('打印联系名册')
  await p.fill('查看用途', '入户走访前逐户联系')
  await p.press('生成打印页')
  await p.sees('13800001001')
  await p.sees(/专班梁主任 打印于/)
  await p.check('print-contacts')
  await p.page.emulateMedia({ media: 'print' })
  const pdf = await p.page.pdf({ preferCSSPageSize: true })
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  expect(await p.page.getByRole('button', { name: '打印' }).count()).toBe(0) // hidden on paper
  await p.leave()
  const a = await Person.staff(stage.browser, stage.server.url, 'auditor')
  await a.go('/console/audit')
  await a.sees('入户走访前逐户联系')
  await a.leave()
})
