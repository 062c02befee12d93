import type { Texts } from '@linqiao/shared/i18n'

export default {
  voice: {
    versions: '{n} versions', now: 'Text in force', before: 'Earlier text', no: 'Version {n}', whole: 'Read this version whole', changed: 'Against the one before:', diffHint: 'Underlined was added; struck out was removed.',
    roll: 'Roll (frozen): {label}', rollSize: 'On the roll', people: '{n}', leftOut: 'Left out: {label}', rollHash: 'Hash of the roll',
    frozen: 'Frozen, not drawn yet', unranked: 'Not ranked yet', waitsRank: 'The seed is promised, for equal marks only; the ranking follows when all is judged.', drawn: 'Drawn', ranked: 'Ranked', pool: 'Candidates', excluded: 'Excluded by condition', take: 'Places', public: 'Public number', result: 'Result', byCode: 'shown by code', reserve: 'Next in order ({n})', waits: 'The pool is frozen and the secret promised; it is drawn once the public number is known.',
    proof: 'Numbers for checking', commit: 'Commitment', poolHash: 'Hash of the pool', secret: 'Secret (shown after the draw)', method: 'Method', checkPage: 'Check it on the public page: anybody can recompute it', objectUntil: 'Objections until', shownUntil: 'Shown until',
    round: 'round {n}', fill: 'Fill in the score sheet', fillAgain: 'Change my sheet', sheetsOf: 'sheets of {n} seats', sheets: 'sheets; valid from {quorum}', mine: 'yours is in', due: 'Until', blind: 'Back to back: nobody sees another’s sheet or the result before all are in.', excludedYou: 'You may not sit on it: {why}',
    combine: { mean: 'mean', median: 'median', sum: 'total' }, question: 'Criterion', score: 'Score', how: 'Made of {n} sheets.', dropped: ' The {n} highest and lowest were left out.',
    ballot: { open: 'Open', early: 'Not open yet', closed: 'Counted' }, secretBallot: 'Secret', namedBallot: 'By name', turnout: 'have voted, turnout', option: 'Option', votes: 'Votes', options: 'Options', noTally: 'No votes are shown before the tally.', passed: 'Passed', notPassed: 'Not passed', tallyHash: 'Hash of the tally',
    yourVote: 'My vote (up to {n})', cast: 'Vote', voted: 'Voted', votedAlready: 'You have voted.', voter: 'Voter',
    desk: 'Papers at the desk', deskHint: 'Who takes a paper cannot vote by phone any more.', hand: 'Hand out', handed: 'Noted', papers: 'Count of papers', sheet: '{papers} papers in the box, {invalid} of them invalid.', sheetSigned: 'Confirmed by another person', sheetWaits: 'Waits for another person', inBox: 'Papers in the box', invalid: 'Invalid ones', enter: 'Send the count', entered: 'Sent; another person confirms it', enterPapers: 'Enter the count', enterAgain: 'Enter it again', sign: 'Confirm the count', signed: 'Confirmed',
    readBy: 'Read by {n}', readMine: 'you have confirmed', readers: 'Who has read it', read: 'I have read it', readNow: 'Noted as read: {label}',
    chain: 'Chain of custody', chainWhole: 'The chain is whole: nothing is missing or changed.', chainBroken: 'The chain is broken: something is missing or changed. Report it at once.', act: { filed: 'Filed by', seen: 'Opened by', handed: 'Handed over by' }, filesOf: 'Files that go with it', fileName: 'File', fileSize: 'Bytes', custodyHint: 'Each opening is noted in the chain.',
  },
} satisfies Texts
