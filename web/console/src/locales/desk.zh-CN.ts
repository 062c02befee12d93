import type { Texts } from '@linqiao/shared/i18n'

/** Texts of the dispatch board, of opened figures, of statements and of the command palette. */
export default {
  dispatch: {
    title: '派单台', needs: '待派：{label}', noOrders: '此机制没有派单', none: '没有', count: '{n} 件', countMore: '超过 {n} 件', late: '逾期 {n}', more: '再看 {n} 件', columns: '各列',
    receivers: '派给谁', receiversOf: '“{title}”可以派给：', give: '派给 {name}', noReceivers: '没有可派的单位', matchClosed: '这件的匹配没有开始，或已经结束，请到事项页办理。', dropHere: '放在这里：{move}', dropMany: '放在这里，再选怎么办', chooseMove: '怎么办？', noDrop: '不能放在这里', hint: '勾选或拖动卡片；先预览，确认后才办，办完可撤回。',
    several: '已选 {n} 件，下面按第一件列出；逐件核对能不能派。', full: '名额',
  },
  cell: {
    open: '{label}，{row}：{value}，看由哪些事组成', whole: '合计', title: '{label}（{row}）', count: '共 {n} 行', sum: '合计 {value}', frozen: '台账已冻结：只算到 {at} 为止记下的事。', record: '事项', events: '计入的事', value: '计入', hidden: '您无权查看这一件', parts: '看哪一部分', none: '没有计入任何事', noOpen: '展开', median: '各件的数值如下，中位数由它们得出。',
  },
  statement: {
    title: '{label}对账单', of: '户名：{holder}，{program}', from: '自', until: '至', all: '全部时间', opening: '期初余额', in: '本期收入', out: '本期支出', closing: '期末余额', entries: '逐笔明细', at: '时间', what: '事由', amount: '发生额', balance: '余额', undoes: '冲销', none: '这段时间没有发生额', holdings: '名下账户', noHoldings: '名下没有账户', open: '对账单',
  },
  palette: {
    title: '快速前往', open: '快速前往（Ctrl+K）', hint: '输入页面、机制、姓名、编号；两个字或拼音首字母即可', pages: '页面', recent: '最近看过', records: '事项', parties: '服务对象', none: '没有找到', keys: '↑ ↓ 选择，Enter 打开，Esc 关闭', results: '{n} 个结果', searching: '正在查找…', all: '搜索“{q}”的全部结果',
  },
} satisfies Texts
