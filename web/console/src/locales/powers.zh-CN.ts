import type { Texts } from '@linqiao/shared/i18n'

/** Texts of separated powers: changes that one proposes and another approves. */
export default {
  approval: {
    title: '待批准的变更', note: '改变谁能做什么，由系统管理员提出、安全管理员批准。', waiting: '待批准', all: '全部', none: '没有等待批准的变更。', noneAll: '还没有提出过变更。',
    before: '现在', after: '改为', reason: '理由', proposer: '提出', decider: '办理', machine: '服务器命令行', until: '{time} 前有效',
    approve: '批准', refuse: '不批准', withdraw: '撤回', carry: '现在重置密码', approveOf: '批准：{what}', refuseOf: '不批准：{what}', remark: '说明', whyNot: '不批准的理由', sureWithdraw: '撤回这项变更？',
    approved: '已批准，变更已生效', granted: '已批准，由提出人办理', refused: '已记下不批准', proposed: '已提出，等安全管理员批准',
    proposeTitle: '这项变更要由他人批准', proposeNote: '写明理由后提出；安全管理员批准后才生效。', propose: '提出', reasonHint: '如：单位来函、人员调动', passwordOf: '{name} 的新密码，只显示这一次：',
    state: { open: '待批准', granted: '已批准，待办理', applied: '已生效', refused: '未批准', withdrawn: '已撤回', stale: '情况已变', expired: '已过期' },
    bar: { approval_own: '自己提出的，不能自己批准。', approval_self: '关于自己账号的，不能自己批准。', approval_stale: '提出以后情况已变，不能照原样批准；仍需要的，请重新提出。' },
  },
  powers: {
    title: '管理权限', joint: '未分开：系统管理员一人可以改权限。', separated: '三员分立：系统管理员提出，安全管理员批准，审计管理员监督。', offices: '系统管理员 {a} 人，安全管理员 {b} 人，审计管理员 {c} 人',
    separate: '分开权限', join: '提出合并权限', sureSeparate: '分开以后，改权限都要由安全管理员批准，再合并也要批准。现在分开？', role: '管理职务', roleHint: '一般工作人员不选；三种职务不能由一人兼任', admin: '系统管理员', security: '安全管理员', auditor: '审计管理员',
  },
} satisfies Texts
