import type { Texts } from '@linqiao/shared/i18n'

/** Texts of messages, channels and deliveries. */
export default {
  tell: {
    title: '消息', bell: '消息', bellUnread: '消息，{n} 条未读', none: '还没有消息。有事项变化、新任务或催办时会出现在这里。', readAll: '全部标为已读', allRead: '已全部标为已读', markRead: '标为已读', open: '查看',
    kindLabel: '类别', kind: { news: '事项消息', task: '新任务', reminder: '催办提醒' }, unreadOnly: '只看未读', new: '未读', urgent: '急件',
    settings: '通知设置', settingsNote: '站内消息总会收到；下面是短信和电话的收法。', phone: '接收短信的手机号', noPhone: '未登记', wanted: '愿意收到', noKinds: '本县区还没有开通短信或电话。', quiet: '免打扰', quietOn: '按时段免打扰', quietFrom: '从', quietUntil: '到',
    rest: '周末和节假日也不打扰', gather: '合并多条消息', gathers: { 0: '不合并，逐条发送', 10: '10 分钟内的合并为一条', 60: '1 小时内的合并为一条', 240: '4 小时内的合并为一条' }, urgentNote: '急件不受免打扰和合并限制。', saved: '通知设置已保存',
    channels: '消息渠道', channelsNote: '短信网关和工作群机器人。地址和密钥加密保存，填写后不再显示。', newChannel: '新增渠道', editChannel: '修改 {name}', noChannels: '还没有渠道，消息只在站内送达。', channelName: '名称', kindOf: '渠道类型',
    channelKind: { sms: '短信', call: '语音电话', wecom: '企业微信群机器人', dingtalk: '钉钉群机器人', push: '站内' }, forOrg: '用于单位', forOrgHint: '不选则用于全县区；选了单位，其成员的消息走这条渠道。', wholeCounty: '全县区',
    url: '地址', urlHint: { gateway: '网关的请求地址。消息以 JSON 发送，并带 Idempotency-Key，同一消息重发时网关应只发一次。', wecom: '在群设置里添加机器人后得到的 Webhook 地址。', dingtalk: '群机器人的 Webhook 地址；安全设置选“加签”，把密钥填在下面。' },
    sealed: '已保存，不填则不变', sealedAt: '已保存（{host}），不填则不变', secret: '密钥', key: '账号（AccessKey）', sign: '签名方式', signs: { none: '不签名', hmac: 'HMAC-SHA256（X-Signature）', ctyun: '天翼云 EOP' }, more: '请求格式（可选）', body: '请求模板', bodyHint: '留空用标准格式。手机号、正文、编号的位置分别写 phone、text、id，各用两层花括号括起来。',
    okPath: '成功标志在', okValue: '成功时的值', idPath: '网关编号在', perMinute: '每分钟最多条数', host: '地址', waiting: '待发', lastOK: '最近成功', lastFail: '最近失败', openAt: '下次再试', test: '试发一条', testPhone: '试发到手机号', testOK: '已发出，网关答复：', testBad: '没有发出：', edit: '修改', stop: '停用', start: '启用',
    channelState: { ok: '正常', waiting: '排队较长', closed: '暂停，等待恢复', off: '已停用', unused: '尚未使用' },
    deliveries: '送达记录', deliveriesNote: '发往县区外的每条消息的去向；站内消息不在此列。', noDeliveries: '还没有发往县区外的消息。', stateLabel: '按状态看', state: { queued: '待发', sending: '发送中', sent: '已发出', delivered: '已送达', failed: '发送失败', expired: '过期未发', skipped: '未发送', merged: '已合并' },
    why: { no_channel: '本县区没有开通这种渠道。开通后可重发。', no_number: '没有登记手机号。', not_wanted: '本人设置为不接收。' }, answer: '网关答复：', group: '工作群', at: '产生于 {at}', endedAt: '结束于 {at}', tries: '试了 {n} 次', next: '{at} 再发',
    replay: '重发', replayAll: '全部重发', sureReplay: '把 {n} 条“{state}”的消息重新排队发送？', replayed: '{n} 条已重新排队', replayedMore: '{n} 条已重新排队，还有更多，可再点一次', replayedNone: '没有可重发的：渠道未开通，或已被处理',
  },
} satisfies Texts
