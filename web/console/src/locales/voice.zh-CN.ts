import type { Texts } from '@linqiao/shared/i18n'

/** Texts of what people decide together: score cards, ballots, draws, living texts, chains of custody. */
export default {
  voice: {
    versions: '共 {n} 版', now: '现行文本', before: '此前的文本', no: '第 {n} 版', whole: '看这一版全文', changed: '与前一版相比：', diffHint: '加下划线的是增加的，带删除线的是删去的。',
    roll: '名册（已冻结）：{label}', rollSize: '列入名册', people: '{n} 人', leftOut: '未列入：{label}', rollHash: '名册摘要',
    frozen: '已冻结，待抽取', unranked: '待排名', waitsRank: '种子已经承诺，仅用于同分；排名在评定结束后产生。', drawn: '已抽取', ranked: '已排名', pool: '候选', excluded: '按条件排除', take: '名额', public: '公开数字', result: '结果', byCode: '按编号公布', reserve: '递补次序（{n} 个）', waits: '名单已经冻结并承诺密数；公开数字产生以后才能抽取。',
    proof: '核对用的数', commit: '密数承诺', poolHash: '名单摘要', secret: '密数（抽取后公开）', method: '方法', checkPage: '到公示页核对：任何人都能重新计算', objectUntil: '可以提出异议，截止', shownUntil: '公示至',
    round: '第 {n} 轮', fill: '填评分表', fillAgain: '改我的评分表', sheetsOf: '张评分表，共 {n} 席', sheets: '张评分表，满 {quorum} 张有效', mine: '您已提交', due: '截止', blind: '背靠背：收齐以前，谁也看不到别人的评分，也看不到结果。', excludedYou: '您须回避：{why}',
    combine: { mean: '平均分', median: '中位数', sum: '合计' }, question: '评分项', score: '得分', how: '由 {n} 张评分表得出。', dropped: '去掉最高、最低共 {n} 张。',
    ballot: { open: '投票中', early: '还没有开始', closed: '已计票' }, secretBallot: '不记名', namedBallot: '记名', turnout: '人已投，投票率', option: '选项', votes: '票数', options: '选项', noTally: '计票以前不公布票数。', passed: '获得通过', notPassed: '没有通过', tallyHash: '计票摘要',
    yourVote: '我的一票（最多选 {n} 项）', cast: '投票', voted: '已投票', votedAlready: '您已投过票。', voter: '投票人',
    desk: '现场发纸票', deskHint: '领了纸票的人不能再用手机投。', hand: '登记领票', handed: '已登记', papers: '纸票计数', sheet: '票箱里 {papers} 张，其中废票 {invalid} 张。', sheetSigned: '已由另一人签认', sheetWaits: '等另一人签认', inBox: '票箱里的纸票', invalid: '其中废票', enter: '提交计数', entered: '已提交，等另一人签认', enterPapers: '录入纸票计数', enterAgain: '重新录入', sign: '签认纸票计数', signed: '已签认',
    readBy: '{n} 人已读', readMine: '您已确认', readers: '谁已读', read: '我已阅读', readNow: '已确认阅读：{label}',
    chain: '经手链', chainWhole: '链条完整，没有缺失和改动。', chainBroken: '链条不完整：有记录缺失或被改动，请立即报告。', act: { filed: '提交', seen: '查看', handed: '移交' }, filesOf: '随附文件清单', fileName: '文件', fileSize: '字节', custodyHint: '每次打开都会记入经手链。',
  },
} satisfies Texts
