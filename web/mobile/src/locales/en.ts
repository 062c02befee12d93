import type { Texts } from '@linqiao/shared/i18n'

export default {
  m: {
    app: 'Linqiao', motto: 'Services at your door', back: 'Back', call: 'Call {number}',
    newVersion: 'A new version is ready', update: 'Update',
    tab: { unread: '{n} unread', main: 'Main pages', home: 'Home', tasks: 'Tasks', matters: 'Matters', notices: 'Messages', me: 'Me' },
    net: { off: 'No network', waiting: '{n} waiting to be sent', sending: 'Sending {n}', rejected: '{n} refused' },
    state: {
      noNetwork: 'No network', noCopy: 'This page is not on the phone yet. Open it again with a network.', copy: 'No network: this is what was last seen.',
      notFound: 'Not found', notFoundHint: 'It may be gone, or you may not see it.',
    },
    text: {
      title: 'Text size', ask: 'Can you read this well?', wantLarge: 'Larger text', wantPlain: 'It is fine as it is', toLarge: 'Larger', toPlain: 'Standard',
      size: { plain: 'Standard', large: 'Large', huge: 'Very large' },
      sample: 'This is a sample. Your matters, their deadlines and next steps will look like this.',
    },
    signIn: {
      way: 'How to sign in', by: { phone: 'Phone code', password: 'Password' },
      phone: 'Mobile number', code: 'Code', sendCode: 'Send a code', again: 'Again in {n} s', codeSent: 'The code was sent by text message.', demoCode: 'Demo: see the code here',
      login: 'Account', password: 'Password', go: 'Sign in', going: 'Signing in…', wrong: 'Sign-in failed. Check and try again',
      phoneWrong: 'Enter the 11 digits of your mobile number', codeMissing: 'Enter the code', loginMissing: 'Enter the account', passwordMissing: 'Enter the password',
      demo: 'Demo accounts', demoHint: 'This is a demo; people and data are invented. Tap a role to enter.', enterAs: 'Enter',
    },
    home: {
      hello: 'Hello, {name}', todo: 'waiting for you', drafts: 'Unfinished drafts: {n}', services: 'Services', noService: 'There is nothing to begin on the phone now.',
      mine: 'My matters', noMatter: 'Nothing is under way.',
    },
    start: {
      title: 'Begin', notYours: 'This service does not exist, or is not for you on the phone.', subject: 'For', region: 'Where', self: 'myself',
      need: { subject: 'For whom?', region: 'Where?', channel: 'How did it come in?', parent: 'Choose one' },
      chooseParent: 'Choose: {label}', noParent: 'None to choose now: {label}.',
      twin: 'Matters of this kind under way: {n}', twinHint: 'If it is the same, do not submit it again; if not, go on.',
    },
    step: {
      of: 'Step {n} of {count}', next: 'Next', back: 'Back', send: 'Submit', sending: 'Submitting…',
      check: 'Check before you submit', change: 'Change', changeOf: 'Change {label}',
    },
    draft: { saved: 'Draft saved on this phone', savedHere: 'What you filled in is saved as a draft; submit it with a network.', notKept: 'The connection is not secure, so sensitive content is not saved on the phone. Please finish in one go.' },
    form: {
      title: 'Fill in', gone: 'This form cannot be filled in now.', send: 'Submit', fill: 'Fill in: {label}', filled: '{label} (filled in {n} times)',
      suggested: 'Suggested by the system, please check', moneyHint: 'such as 3000', moneySays: 'that is {money}', several: 'Several may be chosen', noOption: 'No option matches',
      scale: '{low} is lowest, {high} is highest', today: 'Today', day: 'Day', from: 'From', until: 'Until', unit: 'Unit', weekday: 'Weekday',
      rateBase: 'Base rate', plus: 'plus', chosen: 'Chosen', chooseRegion: 'Choose a place', chooseThis: 'Choose {name}',
      drop: 'Remove', typeName: 'Type a name', looking: 'Looking…', none: 'Nothing found, try other words', failed: 'The search failed, check the network',
      rowN: 'No. {n}', addRow: 'Add: {label}', addHours: 'Add hours',
    },
    weekday: { 1: 'Monday', 2: 'Tuesday', 3: 'Wednesday', 4: 'Thursday', 5: 'Friday', 6: 'Saturday', 7: 'Sunday' },
    place: { looking: 'Locating…', got: 'Position noted ({lat}, {lng})', refused: 'No position. Allow it, or describe the place in words.' },
    photo: {
      take: 'Take or choose a photo', choose: 'Choose a file', working: 'Working…', nth: 'Photo {n}', drop: 'Remove no. {n}', kept: 'Saved', count: '{n}',
      heic: 'This browser cannot open HEIC photos. Set the camera to “most compatible” (JPEG) and take it again.', large: 'This photo is too large for this phone. Lower the resolution of the camera and take it again.', broken: 'This file is no photo that can be opened: take it again or choose another.', failed: 'This photo could not be saved, try again', fileNeedsNetwork: 'A file needs a network',
    },
    proof: {
      title: 'Proof of presence', where: 'Check in', within: 'Within {n} m of the place agreed', whereHint: 'Notes where you are now', checkIn: 'Check in here', again: 'Locate again',
      got: 'Checked in, within about {n} m', photos: 'Photos', pass: 'Code', words: 'If you cannot check in, say why', havePlace: 'checked in', sum: 'Place: {place}; photos: {n}',
      needPlace: 'Check in first', needPlaceOr: 'Check in first, or explain as the page says', needPass: 'Enter the code',
    },
    consent: {
      notYet: 'Not agreed yet. You can agree here when it is needed.', give: 'Agree to this', giveOf: 'Agree: {label}', sure: 'I agree', wanted: 'To go on, this needs your consent: {label}', toGive: 'Have a look',
      title: 'Consents', lead: 'Before going on, your consent is needed:', leadOther: 'Before going on, your consent for {name} is needed:', onPaper: 'This one is signed in person. Please contact the staff.',
      rights: 'Consent is free; it can be withdrawn at any time under Me → Consents.', tickFirst: 'Tick what you agree to', agree: 'Agree and go on',
      none: 'Nothing was agreed to yet.', given: 'Given {at}', until: 'until {at}', withdrawn: 'Withdrawn {at}', withdraw: 'Withdraw', withdrawAsk: 'Withdraw this consent?',
      withdrawHint: 'From then on the other side sees nothing personal; what is under way may stop.', hides: 'These units will no longer see personal data', does: 'What stops with it', blocks: 'What can no longer be done without another ground',
    },
    done: {
      title: 'Submitted', kept: 'Waiting to be sent', sentWhat: '“{what}” was submitted', keptWhat: '“{what}” is saved on the phone', keptHint: 'It goes by itself when there is a network. Do not sign out before.',
      number: 'Number', now: 'State', due: 'Next deadline', sameAs: 'The same is already under way: {title}', hint: 'You will be told of progress; you can also ask with the number.', look: 'See progress', outbox: 'See what waits', home: 'Home',
    },
    record: {
      shown: 'About the other side', title: 'Matter', facts: 'Content', progress: 'Progress', here: 'now here', parent: 'Part of: {label}', events: 'See all that happened', late: 'recorded later', nothing: 'Nothing for you to do now.',
      since: 'Begun {at}', copy: 'No network: this is as of {at}.',
    },
    party: { name: 'Name', short_name: 'Called', phone: 'Phone', age: 'Age', gender: 'Gender', region: 'Where', place: 'Address', tags: 'Tags' },
    terms: { title: 'The five fixings', person: 'Who', task: 'Task', standard: 'Standard', duty: 'Duty', due: 'Deadline' },
    sign: {
      waits: '“{what}” waits for signatures', by: '{name} signed ({at})', not: 'not signed', now: 'Sign', title: 'Sign: {what}', code: 'Code, if any', text: 'Remark (needed to refuse)',
      agree: 'Agree and sign', refuse: 'Refuse', needText: 'Say why you refuse',
    },
    shelf: {
      title: 'Products and services to choose from', lead: 'What there is, what suits, what is missing', forWhom: 'For whom', none: 'There is nothing to choose from yet.', noMatch: 'Nothing matches. Try other words or fewer filters.',
      public: 'These are public facts. Your account has nobody to apply for (an enterprise, for example), so it does not say what suits.', suits: 'What suits and what is missing, by what is on file of {name}.',
      needs: 'Fill these in for a better answer', needsHint: 'Only for comparing; nothing is sent.', apply: 'Look by these', what: 'Search', hint: 'Name, provider, feature', go: 'Search',
      filter: 'Filter', filtered: 'Filter ({n} chosen)', any: 'Any', clear: 'Clear filters', found: '{n} in all', compare: 'Compare', most: 'At most {n} at once: take one out first',
      compareNow: 'Compare the {n} chosen', compareMore: 'One chosen: choose another to compare', compareTitle: 'Comparison', toList: 'Back to the list', unsaid: 'Not said', allSame: 'Same',
      choose: 'Apply for this one', chooseOf: 'Apply for {title}', which: 'For which matter?', another: 'Another: {label}',
    },
    match: {
      tell: 'Not known yet: {what}', notNow: 'Nothing can be chosen for this matter now: it may have been sent or be under way.',
      title: 'Choose', lead: 'See what fits and choose', upTo: 'Choose up to {n}, they are sent together.', one: 'Choose one.', why: 'Why it fits', missing: 'What is missing',
      verdict: { fit: 'Fits', ask: 'May fit, more is needed', miss: 'Does not fit now' }, sent: 'Sent', pick: 'Choose this', chosen: 'Chosen', most: 'At most {n}; take one off first',
      choose: 'Choose first', none: 'Nothing to choose now.', send: 'Send to {n} chosen', sendNone: 'Send', needsNetwork: 'Sending needs a network',
    },
    move: {
      ifNeeded: 'Fill in when it applies.', title: 'Act', gone: 'This cannot be done now; somebody may have done it.', toRecord: 'See how it stands', reason: 'Reason', words: 'Explanation', sure: 'Do “{move}”?', do: '{move}',
      signs: 'Then to be signed by: {roles}',
    },
    tasks: { none: 'No tasks now.', toAnswer: 'To answer', visits: 'Visits', accepted: 'Accepted', others: 'Under way', forms: 'Forms to fill in' },
    checkin: {
      title: 'To report today', nothing: 'Nothing for you to report at fixed hours.', waiting: '{n} to report now', none: 'Nothing to report now',
      copy: 'No network. The list is of {at}; report as usual, it goes by itself later.', stale: 'The hours on this phone are not today\'s; they are renewed with a network.',
      now: '{what}', nowFor: '{what} for {name}', other: 'Something is wrong: {what} now', filed: '“{what}” noted', state: { coming: 'Not yet', open: 'Open now', missed: 'Not reported' },
      done: 'Reported; recorded and received {at}', late: 'Reported: recorded {at}, received only {received}; the time of recording counts', kept: 'Recorded on this phone {at}; goes with a network', refused: 'Recorded {at}, not accepted: {why}',
      group: 'My groups', groupCount: '{n} of {all} to report', rest: 'The other {n}',
    },
    vote: {
      title: 'Vote', waits: 'Your vote is asked for: {label}', until: 'until {at}', secret: 'This is a secret ballot: nothing keeps who voted for what; a vote can be neither looked up nor changed.', named: 'This is an open ballot: your choice is kept with your name.', change: 'You may change it until the end; the last one counts.',
      one: 'Choose one', several: 'Choose up to {n}', none: 'Choose first', most: 'At most {n}: take one out first', next: 'Next', check: 'Check your choice', sure: 'Cast the vote', again: 'Go back', done: 'You have voted', thanks: 'Your vote is in',
      turnout: '{roll} on the roll, {voted} have voted', notOpen: 'Voting begins {at}', closed: 'Voting has ended', passed: 'Carried', failed: 'Not carried', notYours: 'You are not on the roll of this vote.', atDesk: 'This vote is cast at the desk only.', votes: '{n} votes', go: 'Vote', gone: 'There is no such vote.',
      needsNetwork: 'Voting needs a network. Your choice was neither sent nor kept; vote again when you are connected.', toMatter: 'See the matter',
    },
    drawn: { title: 'Draw', waiting: 'The list of {size} is locked; nobody has been drawn yet.', result: '{take} drawn from {size}.', mine: 'You were drawn', notMine: 'You are not among those drawn.', members: 'Drawn', code: 'No. {code}' },
    around: {
      title: 'Activities and public matters', lead: 'Sessions, activities, public matters', none: 'There is nothing public at present.', sessions: 'Sessions', activities: 'Activities', cases: 'Public matters', full: 'Full', room: 'Room for {n}', taken: '{n} booked', mine: 'You are enrolled', when: 'When', place: 'Where',
    },
    matters: { title: 'My matters', running: 'Under way', all: 'All', none: 'Nothing yet.', start: 'Begin something' },
    notices: { title: 'Messages', none: 'No messages yet.', new: 'new', readAll: 'Mark all as read' },
    prefs: {
      title: 'Message settings', note: 'Messages inside the product always come; this is about SMS and calls.', phone: 'Mobile number for SMS', noPhone: 'None on file', wanted: 'I want', kind: { sms: 'SMS', call: 'Voice calls' }, noKinds: 'This county has neither SMS nor calls.', quiet: 'Quiet hours', quietOn: 'Keep quiet at certain hours', from: 'From', until: 'To', rest: 'Weekends and holidays too',
      gather: 'Gather messages', gathers: { 0: 'No, each by itself', 10: 'Those of 10 minutes as one', 60: 'Those of an hour as one', 240: 'Those of four hours as one' }, urgent: 'Urgent messages come at any time and by themselves.', saved: 'Message settings saved',
    },
    outbox: {
      title: 'Outbox and drafts', none: 'Nothing waits and there are no drafts.', offHint: 'You can go on; it is sent when there is a network.', waiting: 'Waiting', sendNow: 'Send now',
      state: { waiting: 'waiting', sending: 'sending', sent: 'sent', rejected: 'refused', held: 'waits for the one before', conflict: 'conflict' }, happened: 'Happened {at}', why: 'Refused: {why}',
      mend: 'Mend and send', again: 'Send as it is', heldHint: 'The step before it was refused; deal with that first.', look: 'Look', drop: 'Delete this', drafts: 'Drafts', saved: 'Saved {at}', goOn: 'Go on',
      dropDraft: 'Delete the draft', sent: 'Sent lately', arrived: 'Arrived {at}', dropAsk: 'Delete it?', dropHint: 'It cannot be brought back and will not be sent.', dropYes: 'Delete',
    },
    find: {
      title: 'Find', lead: 'By name, unit or number; works without a network', what: 'People and matters', hint: 'name, unit, number, content', as: 'As of {at} on this phone', never: 'Nothing is stored on this phone yet; it is fetched when there is a network.',
      running: 'Updating…', refresh: 'Update now', none: 'Not found on this phone.', dossier: 'File',
    },
    clock: { minutes: '{n} minutes', hours: '{n} hours', slow: 'This phone’s clock is about {by} slow; times are corrected by the server’s.', fast: 'This phone’s clock is about {by} fast; times are corrected by the server’s.' },
    conflict: {
      title: 'Compare', open: 'Compare', gone: 'This has been settled.', same: 'Both sides say the same: nothing needs to be sent.', mine: 'What I filled in', theirs: 'Filed already', settle: 'Save what I chose',
    },
    face: {
      title: 'Confirm face to face', show: 'Let the other side photograph this code, check it, and tell you eight digits. Neither phone needs a network.', code: 'QR code of what is confirmed', at: 'Time', asText: 'Show as text', digits: 'The other side’s 8 digits',
      slip: 'These eight digits are not right: check them again', later: 'You can submit without digits; the other side then confirms online.', noCode: 'No code was recognised: photograph it larger and sharper', other: 'This is not the code of this very one',
      gone: 'Nothing to confirm now.', give: 'Tell the other side these eight digits', given: 'Your confirmation is kept on this phone and goes by itself when there is a network.', lead: 'Photograph the code on the other phone, check, then confirm.', photo: 'Photograph the code', orText: 'No camera? Type the text',
      text: 'The text on the other phone', read: 'Read', check: 'Please check', agree: 'It is true, confirm', refuse: 'If it is wrong, do not confirm: let it be put right and shown again.', toConfirm: 'Confirm face to face: {what}', toConfirmHint: 'Photograph the code on the other phone; no network needed',
    },
    accounts: { title: 'My accounts', none: 'You hold no accounts.', entries: 'Entries', empty: 'No entries yet.', balance: 'Balance {amount}', undoes: 'Reversal: ', download: 'Download statement' },
    roll: { title: 'Roll', count: '{came} here of {expected}', none: 'Nobody has booked yet.' },
    bookings: {
      title: 'Bookings', mine: 'My bookings', none: 'No bookings yet.', open: 'Open for booking', noneOpen: 'Nothing can be booked in the coming days.', room: '{taken} of {capacity} taken',
      feed: 'Calendar subscription', feedLead: 'Make an address of your own and put it into your phone’s calendar as a subscription: bookings appear by themselves. Give it to nobody. It names no other person, and sensitive matters only as a booking.', feedSince: 'Open since {at}.', feedMake: 'Make an address', feedNew: 'Make another (the old one ends)', feedEnd: 'Stop it', copy: 'Copy the address', copied: 'Copied',
    },
    looks: {
      title: 'Who looked at my file', titleOf: 'Who looked at the file of {name}', lead: 'Every time staff open the file or reveal a full number it is written down; the log can be neither changed nor deleted. If something seems wrong, tell the unit or the county office, with the time and the name given here.', none: 'Nobody has looked yet.',
      who: '{name}, {org}', self: 'You', somebody: 'The system', why: 'Purpose: {purpose}', about: 'Matter {ref}', forWhom: 'Whose file',
    },
    install: {
      title: 'Put it on the home screen', why: 'It then opens like any other app, also without a network. It takes little room and needs no app store.', go: 'Install now', done: 'It is on the home screen: open it from its icon.',
      apple1: 'Open this page in Safari.', apple2: 'Tap the share button at the bottom (a box with an arrow upwards).', apple3: 'Choose “Add to Home Screen”, then “Add”.',
      embedded1: 'This page is open inside another app, which cannot install it.', embedded2: 'Tap “…” at the top right and choose to open it in the browser.', embedded3: 'Open this page there again and follow it.',
      menu1: 'Tap the browser’s menu button (often “⋮” or “≡”).', menu2: 'Choose “Install app” or “Add to Home screen”.', menu3: 'Tap “Install” or “Add”: the icon is on the home screen.',
    },
    browser: { wechat: 'WeChat', dingtalk: 'DingTalk', alipay: 'Alipay', huawei: 'Huawei Browser', xiaomi: 'Mi Browser' },
    sessions: { phone: 'Phone', computer: 'Computer', title: 'Signed-in devices', unknown: 'Unknown device', current: '(this one)', since: 'Signed in {at}', revoke: 'Sign it out' },
    me: {
      wards: 'Acts for: ', language: 'Language', leave: 'Sign out', leaveAsk: 'Sign out?', leaveHint: 'What the phone keeps about others is cleared.',
      doomed: 'Drafts or unsent content with sensitive data: {n}', doomedHint: 'They have not arrived. Send them first; or keep them sealed on this phone, for you alone to open at your next sign-in; or delete them.',
      stays: 'Not sent, kept sealed for your next sign-in: {n}.', sendFirst: 'Send first', leaveSealed: 'Seal and sign out', leaveAnyway: 'Delete and sign out',
    },
    lost: { title: 'No such page', hint: 'The address may have changed.' },
  },
} satisfies Texts
