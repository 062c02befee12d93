/**
 * A roster comes in: headers that nobody knows are said once and remembered, every line
 * has its verdict, the good ones are written on the word, and all is taken back but what
 * has come to be used. Each screen is seen at the desk and in a narrow window.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DESK, PHONE, Person } from './person'
import { useStage } from './story'

const stage = useStage()
let folder = ''
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'linqiao-import-')) })
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, text: string): Promise<string> {
  const at = join(folder, name)
  await writeFile(at, text)
  return at
}
const HEADS = '单位全名,统一社会信用代码,联系电话,备注栏\n'
const FIRMS = `${HEADS}河西五金加工厂,91350100M000100Y43,0668-2345678,老客户
河西五金家工厂,,0668-2345679,
河西木业,1.1E+17,0668-2345680,
,91440902MA4W000000,,没有名字
新河电子厂,,0668-2345681,
`

/** The page as it stands, at the desk and narrow. */
async function look(p: Person, name: string): Promise<void> {
  await p.check(name)
  await p.page.setViewportSize({ width: PHONE.width, height: PHONE.height })
  await p.check(name, PHONE.width)
  await p.page.setViewportSize({ width: DESK.width, height: DESK.height })
}

async function upload(p: Person, path: string): Promise<void> {
  await p.go('/console/imports/new')
  await p.page.getByRole('radio', { name: '企业', exact: true }).check()
  await p.page.getByLabel(/选择文件/).setInputFiles(path)
  await p.press('上传并检查')
}

test('a roster of enterprises, from the first look to taking it back', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'admin')
  await p.follow('导入')
  await p.sees('还没有导入过')
  await look(p, 'import-empty')
  await p.follow('导入表格')
  await p.page.getByRole('radio', { name: '企业', exact: true }).check()
  await p.sees('下载“企业”模板')
  await look(p, 'import-new')
  const template = p.page.waitForEvent('download')
  await p.follow('下载“企业”模板')
  expect((await template).suggestedFilename()).toMatch(/\.xlsx$/)

  // A header that nobody knows has to be said.
  const path = await file('企业名录.csv', FIRMS)
  await upload(p, path)
  await p.sees('有的列认不出来')
  await p.sees('还缺：名称')
  await look(p, 'import-mapping')
  await p.page.getByRole('combobox', { name: /A 列/ }).selectOption('name')
  await p.press('按此检查')
  await p.heading('已检查 5 行').waitFor()
  await p.sees(/将导入 3 行/)
  await p.sees(/读音相同/)
  await look(p, 'import-preview')
  await p.press(/^有错/)
  await p.sees(/科学计数/)
  await p.page.getByRole('cell', { name: /A5 单位全名没有填写/ }).waitFor()
  expect(p.page.url()).toContain('state=fault')
  await p.press('全部')

  // A line can be left out; those much alike together.
  await p.page.getByRole('row', { name: /新河电子厂/ }).getByRole('button', { name: /不导入/ }).click()
  await p.button('确认导入 2 行').waitFor()
  const verdicts = p.page.waitForEvent('download')
  await p.follow('下载检查结果')
  expect((await verdicts).suggestedFilename()).toMatch(/\.xlsx$/)
  await p.press('确认导入 2 行')
  await p.heading('已导入 2 行').waitFor()
  await p.sees(/另有 3 行没有导入/)
  await look(p, 'import-done')

  // One of them is used; taking back leaves it and says so.
  await p.go('/console/parties?q=' + encodeURIComponent('河西五金加工厂'))
  await p.follow('河西五金加工厂')
  await p.heading('基本情况').waitFor()
  await p.page.goBack()
  await p.follow('导入')
  await p.follow('企业名录.csv')
  await p.press('撤回这次导入')
  await p.heading('已撤回 2 条').waitFor()
  await p.sees('这次导入建立的资料已全部删除。')
  await look(p, 'import-undone')
  await p.go('/console/parties?q=' + encodeURIComponent('河西五金加工厂'))
  await p.sees('没有找到。可核对名称，或新建。')

  // The same headers are known now.
  await upload(p, path)
  await p.heading('已检查 5 行').waitFor()
  await p.sees('已按上次同样表头的对应办法自动套用。')
  await p.press('放弃')
  await p.sees('这次导入已放弃，没有写入任何资料。')
  await p.follow('导入')
  await p.sees('已放弃')
  await look(p, 'import-list')
  await p.leave()
})

test('what is no table is refused in words, and nothing is kept', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'admin')
  await upload(p, await file('名单.xls', '<html><table><tr><td>名称</td></tr></table></html>'))
  await p.sees('这是网页，不是表格')
  expect(p.faults.splice(0).every(f => /422/.test(f))).toBe(true) // the refusal itself
  await p.check('import-refused')
  await upload(p, await file('坏.csv', '名称,所在区划\n甲厂,"茂南\n' + '乙厂,茂南\n'.repeat(80)))
  await p.sees(/有一个引号没有配对/)
  await look(p, 'import-fault')
  await p.leave()
})

test('purchase lines with mixed units: each row says where and how to mend; nothing before the word', async () => {
  const p = await Person.staff(stage.browser, stage.server.url, 'caigou')
  await p.go('/console/imports/new')
  await p.page.getByRole('radio', { name: '嵌入式监督·采购明细', exact: true }).check()
  await p.sees('下载“嵌入式监督·采购明细”模板')
  await look(p, 'import-records-new')
  const day = stage.server.day('2026-11-18')
  await p.page.getByLabel(/选择文件/).setInputFiles(await file('采购明细.csv', `挂网产品,团体,单号,行,采购方式,计价单位,数量,单价,日期
YP1,演示医院甲,DR-1,1,联合带量采购,盒,100,76元,${day}
YP2,演示医院甲,DR-1,2,联合带量采购,支,100,7.6元,${day}
YP3,演示医院甲,DR-1,3,联合带量采购,盒,100盒,0.0076万元,${day}
`))
  await p.press('上传并检查')
  await p.heading('已检查 3 行').waitFor()
  await p.sees(/将导入 1 行/)
  await p.sees(/计价单位“支”与目录“盒”不同，请先换算成同一单位/)
  await p.sees(/这一栏只填数字，不写单位“盒”/)
  await look(p, 'import-records-preview')
  await p.press('确认导入 1 行')
  await p.heading('已导入 1 行').waitFor()
  await p.press('撤回这次导入')
  await p.heading('已撤回 1 条').waitFor()
  await p.leave()
})
