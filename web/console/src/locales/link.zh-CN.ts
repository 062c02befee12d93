import type { Texts } from '@linqiao/shared/i18n'

/** Texts of systems in step, shifts and devices. */
export default {
  link: {
    title: '数据对接', note: '与县区外的系统同步。只有写在字段对照里、级别不高于上限、并且有同意或依据的内容才会出去。', none: '还没有对接的系统。', mappings: '可以对接的', noMappings: '现在没有机制写了对接，不能新增。', new: '新增对接', edit: '修改设置', 
    name: '名称', mapping: '机制和字段对照', ceiling: '最高送出级别', ceilingHint: '只能比机制规定的更低。', ways: '方式', push: '我们送过去', pull: '我们去取', pushHint: '有变化就送，断了会补。', pullHint: '对方不能来时用，隔一会儿问一次。',
    url: '对方地址', urlHint: '对方给的接收地址，须为 https；县区内网可以用 http。', key: '对方给的密钥', keyHint: '对方系统管理员给我们的，只保存、不再显示。', kept: '已保存，不填则不变', keptAt: '已保存（{host}），不填则不变',
    state: { ok: '正常', waiting: '不稳定', closed: '已断开', off: '已停用', unused: '尚未使用' }, queued: '待发', dead: '没被接受', held: '搁置', conflicts: '两边不一致', lastOK: '最近送到', lastIn: '对方最近来过', lastFail: '最近失败', openAt: '下次再试', never: '还没有', filling: '正在整理首次要送的内容',
    setUp: '给对方的设置', setUpNote: '把下面的地址和密钥交给对方系统的管理员。', address: '接收地址', ourKey: '给对方的密钥', noKey: '还没有', hasKey: '已给', renewedKey: '已换新的，对方还没有用；用了以后旧的就作废。', makeKey: '生成密钥', renewKey: '换新密钥', revoke: '吊销密钥', sureRevoke: '吊销以后，“{name}”马上不能再送来或取走。确定吊销？', revoked: '已吊销',
    shownOnce: '只显示这一次，请现在复制，用安全的办法交给对方。', copy: '复制', copyAddress: '复制地址', copied: '已复制', their: '对方的设置', noWay: '还没有填对方的地址和密钥，我们送不出去。', stop: '停用', start: '启用', sureStop: '停用后不再收发，待发的留着。确定停用？', saved: '已保存',
    fields: '来往的内容', direction: { both: '双向', in: '只收', out: '只送' }, ours: '本县', theirs: '对方的叫法', class: '级别', granted: '送不送', yes: '送', no: '不送（高于上限）', wins: '两边都改了时', win: { ours: '以本县为准', theirs: '以对方为准', newer: '以后改的为准', ask: '由人定' }, onlyOut: '只送出', asksWho: '“由人定”的请{who}在机制的“两边不一致”里逐项定。',
    items: '来往记录', itemState: { queued: '待发', dead: '没被接受', held: '搁置', sent: '已送到', taken: '已收下', dropped: '已放弃' }, itemNone: '没有', type: { changed: '内容有变', withdrawn: '不再共享' }, tries: '试了 {n} 次', next: '{at} 再试', numberless: '（还没有建档）',
    resend: '重新发送', retake: '再收一次', drop: '放弃', resendAll: '全部重新发送', retakeAll: '全部再收一次', sureDrop: '放弃这一件？对方的内容不会进来。', done: { resend: '{n} 件已重新排队', retake: '收下 {n} 件', drop: '放弃了 {n} 件' }, left: '，{n} 件仍不能收', more: '，还有更多，可再点一次',
    conflictTitle: '两边不一致', conflictNote: '同一项，本县和对方都改过。定了以后会告诉对方；没定之前，本县的照旧。', conflictNone: '没有两边不一致的内容。', with: '与“{name}”', older: '对方的是以前的版本', mine: '本县现在', other: '对方', keepOurs: '留本县的', takeTheirs: '用对方的', decided: '已定：{label}', unset: '（空）',
  },
  shift: {
    now: '现在值班', nobody: '没有人', gaps: '两天内的空班', noGaps: '两天内没有空班。', week: '{from} 至 {to}', before: '上一周', after: '下一周', rank: '班次', from: '从', until: '到', add: '排班', addDo: '排上', added: '已排上', drop: '撤下', sure: '把{name}从这一班撤下？', dropped: '已撤下', day: '{day} {week}', days: '周日 周一 周二 周三 周四 周五 周六', until24: '至 {at}', emptyBy: '{rank}：{from} 至 {until}', past: '以前的班不再显示。',
  },
  device: {
    title: '设备', nav: '{label}联系情况', none: '还没有发放设备。', wearer: '持有人', number: '编号', battery: '电量', seen: '最近联系', place: '最后位置', state: { ok: '正常', low: '电量低', silent: '失去联系', new: '还没有报过' }, alarms: '这次求助报了 {n} 次', noPlace: '没有可信的位置', showPlace: '查看位置', audited: '查看位置会留下记录。', at: '{at} 的位置', 
  },
} satisfies Texts
