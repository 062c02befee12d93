import type { Texts } from '@linqiao/shared/i18n'

/** The phone's own texts. The reference: en.ts must have the same keys. */
export default {
  m: {
    app: '邻桥', motto: '把服务送到身边', back: '返回', call: '拨打 {number}', urgentNow: '马上告诉值班人员',
    newVersion: '有新版本', update: '更新',
    tab: { unread: '{n} 条未读', main: '主要页面', home: '首页', tasks: '任务', matters: '事项', notices: '消息', me: '我的' },
    net: { off: '没有网络', waiting: '{n} 件待发送', sending: '正在发送 {n} 件', rejected: '{n} 件被退回' },
    state: {
      noNetwork: '没有网络', noCopy: '这一页还没有存到手机上，连上网络后再打开。', copy: '没有网络，下面是上次看到的内容。',
      notFound: '没有找到', notFoundHint: '它可能已不存在，或您无权查看。',
    },
    text: {
      title: '字号', ask: '字看得清吗？', wantLarge: '换大字（长辈版）', wantPlain: '现在这样就好', toLarge: '长辈版', toPlain: '标准版',
      size: { plain: '标准', large: '大字（长辈版）', huge: '特大字' },
      sample: '这是一段示例文字。您提交的事项、办理期限和下一步都会用这样的字显示。',
    },
    signIn: {
      way: '登录方式', by: { phone: '手机验证码', password: '账号密码' },
      phone: '手机号', code: '验证码', sendCode: '获取验证码', again: '{n} 秒后可重发', codeSent: '验证码已发送，请查看短信。', demoCode: '演示：点此查看验证码',
      login: '账号', password: '密码', go: '登录', going: '正在登录…', wrong: '登录没有成功，请核对后再试',
      phoneWrong: '请填写 11 位手机号', codeMissing: '请填写验证码', loginMissing: '请填写账号', passwordMissing: '请填写密码',
      demo: '演示账号', demoHint: '这是演示环境，人物和数据都是虚构的。点一个角色即可进入。', enterAs: '进入', findRole: '在 {n} 个角色里找：姓名、职责', andMore: '{first}等 {n} 个角色',
    },
    home: {
      objections: '对公示、结果有异议（{n} 项）',
      hello: '{name}，您好', todo: '件事等您处理', drafts: '{n} 份草稿没写完', services: '办事与服务', noService: '目前没有可以在手机上办理的服务。',
      find: '找服务，如“点单”“报名”', notFound: '没有找到这样的服务，换个词试试。', count: '{n} 项',
      mine: '我的事项', noMatter: '还没有进行中的事项。',
    },
    start: {
      title: '办理', notYours: '这项服务不存在，或您不能在手机上办理。', subject: '服务对象', region: '所在地', self: '本人',
      need: { subject: '为谁办理？', region: '在哪里？', channel: '从哪里得知的？', parent: '请选择一项' },
      chooseParent: '请选择{label}', noParent: '目前没有可选的{label}。',
      twin: '已有 {n} 件同类事项正在办理', twinHint: '如果是同一件事，不必重复提交；如果不同，可以继续。',
    },
    step: {
      of: '第 {n} 步，共 {count} 步', next: '下一步', back: '上一步', send: '确认提交', sending: '正在提交…',
      check: '请核对后提交', change: '修改', changeOf: '修改{label}',
    },
    draft: { saved: '草稿已存在本机', savedHere: '已填写的内容存在本机草稿里，联网后再提交。', notKept: '当前连接不安全，敏感内容不会存到本机，请一次填完。' },
    form: {
      title: '填写', gone: '这张表现在不能填写。', send: '提交', fill: '填写{label}', filled: '{label}（已填 {n} 次）',
      suggested: '系统建议的内容，请核对', moneyHint: '例如 50万 或 3000', moneySays: '即 {money}', several: '可选多项', noOption: '没有相符的选项',
      scale: '{low} 为最低，{high} 为最高', today: '填今天', day: '日期', from: '开始时间', until: '结束时间', unit: '单位', weekday: '星期',
      rateBase: '利率基准', plus: '加点', chosen: '已选择', chooseRegion: '请选择所在地', chooseThis: '选择{name}',
      drop: '移除', typeName: '输入名称查找', looking: '正在查找…', none: '没有找到，请换个说法', failed: '查找没有成功，请检查网络',
      rowN: '第 {n} 条', addRow: '添加一条{label}', addHours: '添加时段',
    },
    weekday: { 1: '星期一', 2: '星期二', 3: '星期三', 4: '星期四', 5: '星期五', 6: '星期六', 7: '星期日' },
    place: { looking: '正在定位…', got: '已记下位置（{lat}，{lng}）', refused: '没有取得位置。请允许定位，或用文字说明。' },
    photo: {
      take: '拍照或选照片', choose: '选择文件', working: '正在处理…', nth: '第 {n} 张照片', drop: '移除第 {n} 张', kept: '已保存', count: '{n} 个',
      failed: '这张照片没有存成功，请再试一次', heic: '这部手机的浏览器打不开 HEIC 照片。请在相机设置里把格式改为“兼容性最佳”（JPEG）后重拍。', large: '这张照片太大，手机处理不了。请在相机设置里调低分辨率后重拍。', broken: '这个文件不是能打开的照片，请重拍或换一张。', fileNeedsNetwork: '上传文件需要网络',
    },
    proof: {
      title: '到场证明', where: '到场签到', within: '须在约定地点 {n} 米以内', whereHint: '记下您现在的位置', checkIn: '定位签到', again: '重新定位',
      got: '已签到，误差约 {n} 米', photos: '现场照片', pass: '确认码', words: '不能签到时，请说明情况', havePlace: '已签到', sum: '位置：{place}；照片 {n} 张',
      needPlace: '请先定位签到', needPlaceOr: '请先定位签到，或按页面提示用其他方式说明', needPass: '请填写确认码',
    },
    consent: {
      title: '授权与同意', lead: '继续之前，需要您同意以下事项：', leadOther: '继续之前，需要您代{name}同意以下事项：', onPaper: '这一项须当面签字，请联系工作人员。',
      rights: '同意是自愿的，可以随时在“我的 → 授权与同意”里撤回。', tickFirst: '请先勾选您同意的事项', agree: '同意并继续',
      none: '还没有同意过任何事项。', notYet: '还没有同意。需要时可以在这里同意。', give: '同意这一项', giveOf: '同意：{label}', sure: '确认同意', wanted: '这件事要继续办，需要您同意：{label}', toGive: '去看看', given: '{at} 同意', until: '有效至 {at}', withdrawn: '已于 {at} 撤回', withdraw: '撤回同意', withdrawAsk: '撤回这项同意？',
      withdrawHint: '撤回之后，对方马上看不到个人信息；正在办理的可能因此停下。', hides: '这些单位将看不到个人信息', does: '随之停下', blocks: '今后不能再办，除非另有依据',
    },
    done: {
      title: '已提交', kept: '已存入待发送', hintTitle: '筛查提示（不是诊断）', source: '量表：{source}。许可：{licence}', sentWhat: '“{what}”已提交', keptWhat: '“{what}”已存在手机上', keptHint: '连上网络后会自动送出，送达前请不要退出登录。',
      number: '编号', now: '现在的状态', due: '下一步期限', sameAs: '已有一件相同的事项：{title}', hint: '有进展会发消息给您，也可以凭编号询问。', look: '查看办理进度', outbox: '查看待发送', home: '回首页',
    },
    record: {
      shown: '对方情况', title: '事项', facts: '内容', progress: '办理进度', here: '现在在这一步', parent: '所属{label}', events: '查看全部经过', late: '补录', nothing: '现在不需要您做什么。',
      since: '提出于 {at}', copy: '没有网络，这是 {at} 的内容。',
    },
    party: { name: '姓名或名称', short_name: '称呼', phone: '电话', age: '年龄', gender: '性别', region: '所在地', place: '地址', tags: '标签' },
    terms: { title: '五个定', person: '定人', task: '定事', standard: '定标准', duty: '定责', due: '定时限' },
    sign: {
      waits: '“{what}”等待签字', by: '{name} 已签（{at}）', not: '未签', now: '去签字', title: '签字：{what}', code: '确认码（如有）', text: '意见（不同意时必填）',
      agree: '同意并签字', refuse: '不同意', needText: '不同意时请说明原因',
    },
    shelf: {
      title: '可选的产品和服务', lead: '有哪些、合不合适、还缺什么', forWhom: '为谁看', none: '目前还没有可选的。', noMatch: '没有相符的，换个说法或少选几项试试。',
      public: '这里是公开信息。您登录的账号没有可以申请的对象（例如企业），所以不显示合不合适。', suits: '按{name}的资料看合不合适、还缺什么。',
      needs: '填上这些，看得更准', needsHint: '只用来比较，不会提交。', apply: '按这些看', what: '搜索', hint: '名称、单位、特点', go: '搜索',
      filter: '筛选', filtered: '筛选（已选 {n} 项）', any: '不限', clear: '清除筛选', found: '共 {n} 个', compare: '加入对比', most: '最多同时对比 {n} 个，请先取消一个',
      compareNow: '对比已选的 {n} 个', compareMore: '已选 1 个，再选一个就能对比', compareTitle: '对比', toList: '返回列表', unsaid: '未说明', allSame: '相同',
      choose: '申请这一个', chooseOf: '申请{title}', which: '用在哪一件上？', another: '另外{label}',
    },
    library: {
      title: '内容库', lead: '文章、音频和视频，随时看', none: '还没有发布内容。', noMatch: '没有找到。换一个说法，或换一个主题。', what: '在这里找', hint: '题目、正文里的字', go: '搜索', topic: '主题', all: '全部',
      kind: { article: '文章', audio: '音频', video: '视频' }, opened: '打开 {n} 次', transcript: '文字稿', captions: '中文字幕', play: '播放：{title}', needsNetwork: '连上网络才能播放，文字稿可以先看。',
      nobody: '只数每天打开几次，不记录谁在看。', onlyYours: '只给您这样的人员看，请不要外传。',
    },
    match: {
      tell: '还不知道：{what}', notNow: '这件事现在不能选，可能已经送出或正在办理。',
      title: '选择', lead: '看看哪些合适，自己选', upTo: '最多可选 {n} 家，选好后一起送出。', one: '请选择一家。', why: '为什么合适', missing: '还缺什么',
      verdict: { fit: '合适', ask: '可能合适，需补充', miss: '暂不合适' }, sent: '已送出', pick: '选这家', chosen: '已选', most: '最多选 {n} 家，请先取消一家',
      choose: '请先选择', none: '目前没有可选的。', send: '送出所选 {n} 家', sendNone: '送出', needsNetwork: '送出需要网络，请连上后再试',
    },
    move: {
      ifNeeded: '需要时填写；不需要可以留空。', title: '办理', gone: '这一步现在不能办理，可能已经有人办过。', toRecord: '查看最新情况', reason: '原因', words: '说明', sure: '确定要“{move}”吗？', do: '{move}',
      signs: '提交后还须签字确认：{roles}',
    },
    tasks: { none: '现在没有任务。', toAnswer: '等我应答', visits: '走访', accepted: '已接', others: '进行中', forms: '要填的表' },
    checkin: {
      title: '今天要报', nothing: '没有需要您按时段上报的。', waiting: '现在有 {n} 人待报', none: '现在没有要报的',
      copy: '没有网络，名单是 {at} 的；可以照常上报，联网后自动送出。', stale: '手机上的时段不是今天的，连上网络后更新。',
      now: '{what}', nowFor: '为{name}{what}', other: '有异常，现在就{what}', filed: '“{what}”已登记', state: { coming: '还没到时间', open: '现在可以报', missed: '没有报' },
      done: '已报，{at} 记录并收到', late: '已报：{at} 记录，{received} 才收到，按记录的时间算', kept: '{at} 已记录在手机上，联网后送出', refused: '{at} 记录的没有被接收：{why}',
      group: '我联系的组', groupCount: '{all} 人中 {n} 人待报', rest: '其余 {n} 人',
    },
    vote: {
      title: '投票', waits: '请您投票：{label}', until: '{at} 截止', secret: '这是不记名投票：系统不保存谁投了什么，投出后不能查、也不能改。', named: '这是记名投票：您的选择会和名字一起保存。', change: '截止前可以改投，以最后一次为准。',
      one: '请选一项', several: '最多可选 {n} 项', none: '请先选择', most: '最多选 {n} 项，请先取消一项', next: '下一步', check: '请核对您的选择', sure: '确认投票', again: '返回修改', done: '您已经投票', thanks: '投票成功',
      turnout: '应投 {roll} 人，已投 {voted} 人', notOpen: '{at} 开始投票', closed: '投票已结束', passed: '通过', failed: '未通过', notYours: '您不在这次投票的名册上，不能投票。', atDesk: '这次投票只能到现场投。', votes: '{n} 票', go: '去投票', gone: '没有这次投票。',
      needsNetwork: '投票需要网络。您的选择没有发出，也没有存下来；连上网络后再投。', toMatter: '查看这件事',
    },
    ticket: { lead: '领一张票，到不登录的页面去说。系统不记谁领了哪张票，谁也查不出是谁说的。', take: '领一张票', another: '再领一张', left: '还可以领 {n} 张', none: '票已经领完。', keep: '票号只显示这一次，请抄下或截图。凭票号投递，也凭票号查答复。', open: '去“匿名反映”页：投递或查答复', needsNetwork: '领票要联网，请稍后再试。' },
    living: { now: '现行文本', before: '此前的文本', changed: '看改了哪里', whole: '看全文' },
    panel: { sheets: '已收 {n} 张评分表，共 {of} 席', blind: '背靠背：收齐以前谁也看不到结果。', mine: '您已提交', out: '您须回避：{why}', score: '结果 {score} 分' },
    drawn: { title: '抽取结果', waiting: '名单已锁定，共 {size} 人，结果还没有产生。', result: '从 {size} 人中产生 {take} 人。', mine: '抽中了您', notMine: '抽中的人里没有您。', members: '抽中的人', code: '编号 {code}' },
    published: { title: '公示', toYou: '公布给您的', object: '可以提出异议，截止 {at}', until: '公示至 {at}', at: '公布于 {at}', look: '查看公布的内容', empty: '没有内容。', before: '上一页', after: '下一页' },
    around: {
      title: '活动与公开事项', all: '看全部 {n} 件', lead: '场次、活动、公开的事项', none: '现在没有公开的场次、活动或事项。', sessions: '场次', activities: '活动', cases: '公开的事项', full: '名额已满', room: '还有 {n} 个名额', taken: '已约 {n}', mine: '您已报名', when: '时间', place: '地点',
    },
    matters: { seeAll: '查看已结束的事项', title: '我的事项', running: '进行中', all: '全部', none: '还没有事项。', start: '去办事' },
    notices: { title: '消息', none: '还没有消息。', new: '未读', readAll: '全部标为已读' },
    prefs: {
      title: '通知设置', note: '站内消息总会收到；下面是短信和电话的收法。', phone: '接收短信的手机号', noPhone: '未登记', wanted: '愿意收到', kind: { sms: '短信', call: '语音电话' }, noKinds: '本县区还没有开通短信或电话。', quiet: '免打扰', quietOn: '按时段免打扰', from: '从', until: '到', rest: '周末和节假日也不打扰',
      gather: '合并多条消息', gathers: { 0: '不合并，逐条发送', 10: '10 分钟内的合并为一条', 60: '1 小时内的合并为一条', 240: '4 小时内的合并为一条' }, urgent: '急件不受免打扰和合并限制。', saved: '通知设置已保存',
    },
    outbox: {
      title: '待发送与草稿', none: '没有待发送的内容，也没有草稿。', offHint: '您可以继续填写，连上网络后自动送出。', waiting: '待发送', sendNow: '现在发送',
      state: { waiting: '待发送', sending: '发送中', sent: '已送达', rejected: '被退回', held: '等前一件', conflict: '冲突' }, happened: '发生于 {at}', why: '退回原因：{why}',
      mend: '修改后再送', again: '原样再送', heldHint: '同一件事的前一步被退回，先处理那一步。', look: '查看', drop: '删除这一件', drafts: '草稿', saved: '存于 {at}', goOn: '继续填写',
      dropDraft: '删除草稿', sent: '最近送达', arrived: '{at} 送达', dropAsk: '确定删除吗？', dropHint: '删除后不能找回，也不会送出。', dropYes: '删除',
    },
    find: {
      title: '查找', lead: '按姓名、单位、编号找，没有网络也能用', what: '找人、找事', hint: '姓名、单位、编号、内容', as: '手机上的内容更新于 {at}', never: '手机上还没有内容，连上网络后会自动存下。',
      running: '正在更新…', refresh: '现在更新', none: '手机上没有找到。', dossier: '档案',
    },
    clock: { minutes: '{n} 分钟', hours: '{n} 小时', slow: '本机时间慢了约 {by}，登记的时间已按服务器校正。', fast: '本机时间快了约 {by}，登记的时间已按服务器校正。' },
    conflict: {
      title: '逐项核对', open: '逐项核对', gone: '这一件已经处理好了。', same: '两边填的内容相同，不必再送。', mine: '我填的', theirs: '对方已登记的', settle: '按所选的保存',
    },
    face: {
      title: '当面双方确认', show: '请对方用手机拍下这个二维码，核对后把 8 位确认码告诉您。两部手机都不需要网络。', code: '确认内容的二维码', at: '时间', asText: '看文字内容', digits: '对方的 8 位确认码',
      slip: '这 8 位数字有误，请再核对一遍', later: '没有确认码也可以提交，对方联网后再确认。', noCode: '没有认出二维码，请把二维码拍得大一些、清楚一些', other: '这不是这一件的二维码，请核对',
      gone: '现在没有需要您确认的。', give: '请把这 8 位数字告诉对方', given: '您的确认也已存在本机，连上网络后自动送出。', lead: '请拍下对方手机上的二维码，核对内容后再确认。', photo: '拍二维码', orText: '拍不了？输入文字',
      text: '对方手机上的文字内容', read: '读取', check: '请核对', agree: '内容属实，确认', refuse: '内容不对就不要确认，请对方改正后重新出示。', toConfirm: '当面确认：{what}', toConfirmHint: '拍对方手机上的二维码，没有网络也可以',
    },
    accounts: { title: '我的账户', none: '名下没有账户。', entries: '逐笔明细', empty: '还没有发生额。', balance: '余额 {amount}', undoes: '冲销：', download: '下载对账单' },
    pass: { show: '出示{pass}', hide: '收起', note: '请到场的人输入这个码；会自动更换，不要截图转发。' },
    roll: { title: '点名', count: '已到 {came} / 应到 {expected}', none: '还没有人预约。' },
    bookings: {
      title: '预约与日程', mine: '我的预约', none: '还没有预约。', open: '可以预约', noneOpen: '近期没有可以预约的场次。', later: '再看后面 {n} 天', room: '已约 {taken} / {capacity}',
      feed: '手机日历订阅', feedLead: '生成一个只属于您的地址，填进手机日历的“订阅”，预约会自动出现。地址不要给别人；日历里不写别人的姓名，心理等敏感事项只写“预约”。', feedSince: '{at} 起已开通。', feedMake: '生成订阅地址', feedNew: '换一个地址（旧的失效）', feedEnd: '停用', copy: '复制地址', copied: '已复制',
    },
    looks: {
      title: '谁看过我的资料', titleOf: '谁看过{name}的资料', lead: '工作人员每次打开档案、查看完整号码都会记下，记录不能改也不能删。觉得不妥，可以凭这里的时间和姓名向单位或县区办公室反映。', none: '还没有人看过。',
      who: '{org} {name}', self: '您本人', somebody: '系统', why: '用途：{purpose}', about: '事项编号 {ref}', forWhom: '看谁的',
    },
    install: {
      title: '装到手机桌面', why: '装好以后像普通应用一样点开，没有网络也能打开。不占多少空间，不用去应用商店。', go: '现在安装', done: '已经装到桌面，从桌面图标打开就行。',
      apple1: '用 Safari 浏览器打开本页。', apple2: '点屏幕下方的“分享”按钮（方框里有向上的箭头）。', apple3: '选“添加到主屏幕”，再点“添加”。',
      embedded1: '现在是在别的应用里打开的，不能安装。', embedded2: '点右上角的“…”，选“在浏览器打开”。', embedded3: '在浏览器里再打开这一页，按提示安装。',
      menu1: '点浏览器的菜单按钮（多为“⋮”或“≡”）。', menu2: '选“安装应用”或“添加到主屏幕”。', menu3: '点“安装”或“添加”，桌面上就有“邻桥”的图标了。',
    },
    sessions: { title: '登录设备', unknown: '未知设备', current: '（本机）', since: '登录于 {at}', revoke: '让它退出' },
    me: {
      wards: '可代办：', language: '语言', leave: '退出登录', leaveAsk: '退出登录？', leaveHint: '退出后，本机保存的他人资料会清除。',
      doomed: '有 {n} 件含敏感内容的草稿或待发送内容', doomedHint: '还没有送达。可以先发送；可以封存在本机，只有您再登录才能打开；也可以删除。',
      stays: '有 {n} 件未送达的会封存在本机，您下次登录后继续。', sendFirst: '先发送', leaveSealed: '封存后退出', leaveAnyway: '删除后退出',
    },
    lost: { title: '没有这个页面', hint: '地址可能已经改变。' },
  },
} satisfies Texts
