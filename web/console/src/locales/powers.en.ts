import type { Texts } from '@linqiao/shared/i18n'

/** Texts of separated powers: changes that one proposes and another approves. */
export default {
  approval: {
    title: 'Changes to approve', note: 'Who may do what is changed by a proposal of the system administrator and the approval of the security administrator.', waiting: 'Waiting', all: 'All', none: 'No change waits for approval.', noneAll: 'No change has been proposed yet.',
    before: 'Now', after: 'To be', reason: 'Reason', proposer: 'Proposed', decider: 'Decided', machine: 'the server’s command line', until: 'valid until {time}',
    approve: 'Approve', refuse: 'Refuse', withdraw: 'Withdraw', carry: 'Reset the password now', approveOf: 'Approve: {what}', refuseOf: 'Refuse: {what}', remark: 'Remark', whyNot: 'Why it is refused', sureWithdraw: 'Withdraw this change?',
    approved: 'Approved and in force', granted: 'Approved; its proposer carries it out', refused: 'Refused', proposed: 'Proposed; the security administrator decides',
    proposeTitle: 'Somebody else has to approve this', proposeNote: 'Say why and propose it; it takes effect when the security administrator has approved it.', propose: 'Propose', reasonHint: 'For example: letter of the unit, change of staff', passwordOf: 'New password of {name}, shown only once:',
    state: { open: 'Waiting', granted: 'Approved, to be done', applied: 'In force', refused: 'Refused', withdrawn: 'Withdrawn', stale: 'Overtaken', expired: 'Expired' },
    bar: { approval_own: 'Your own proposal: somebody else decides.', approval_self: 'About your own account: somebody else decides.', approval_stale: 'What it would change has changed since; propose it anew if it is still wanted.' },
  },
  powers: {
    title: 'Powers', joint: 'Joint: the system administrator alone changes rights.', separated: 'Separated: the system administrator proposes, the security administrator approves, the audit administrator watches.', offices: 'System administrators {a}, security administrators {b}, audit administrators {c}',
    separate: 'Separate the powers', join: 'Propose joining them', sureSeparate: 'From then on every change of rights has to be approved, joining the powers again too. Separate them now?', role: 'Office', roleHint: 'None for ordinary staff; nobody holds two', admin: 'System administrator', security: 'Security administrator', auditor: 'Audit administrator',
  },
} satisfies Texts
