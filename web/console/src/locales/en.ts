import type { Texts } from '@linqiao/shared/i18n'
import maps from './maps.en'

export default {
  app: { name: 'Linqiao', motto: 'Social services of a county, together' },
  nav: { skip: 'Skip to content', main: 'Main navigation', crumbs: 'You are here', menu: 'Menu', programs: 'Programs', admin: 'Administration', overdue: '{n} overdue', overdueWord: ' overdue', noPrograms: 'No program for you' },
  state: { refusedHint: 'If you need it, ask the administrator to change your post.', failed: 'Could not be loaded' },
  signIn: {
    title: 'Sign in', login: 'Login', password: 'Password', show: 'Show', hide: 'Hide', do: 'Sign in', busy: 'Signing in…', phoneApp: 'Residents and enterprises: phone app',
    demo: 'Demo accounts', demoHint: 'All demo data is invented. Click one to sign in.',
  },
  absent: { title: 'No such page', hint: 'The address may be wrong, or the page has moved.', home: 'Back to my work' },
  me: {
    title: 'My account', posts: 'Posts', noPosts: 'No post', password: 'Change password', old: 'Present password', fresh: 'New password', change: 'Change password', changed: 'Password changed',
    short: 'The new password needs at least {n} characters', devices: 'Signed-in devices', device: 'Unknown device', thisOne: 'This device', revoke: 'Sign out there', signOut: 'Sign out',
  },
  work: {
    title: 'My work', counts: 'Counts', empty: 'Nothing to do today. Well done!', morning: 'Good morning, {name}', afternoon: 'Good afternoon, {name}', evening: 'Good evening, {name}',
    overdue: 'Overdue', signatures: 'To sign', offers: 'Orders to answer', today: 'Due today', duties: 'Duties', waiting: 'Under way', toSign: 'Sign: {label}',
  },
  list: {
    filter: 'Filters', count: '{n} in all', countMore: 'More than {n}', changed: 'The list has changed: refresh',
    searchHint: 'Number, name', overdueOnly: 'Overdue only', mineOnly: 'Mine only', runningOnly: 'Running only', clear: 'Clear filters',
    empty: 'Nothing yet', emptyFiltered: 'Nothing fits; widen the filters', noSuch: 'No such list, or not for you', gatherIn: 'Begin one from the list “{label}”',
    select: 'Select {title}', selectAll: 'Select all', shownAll: 'All {n} shown', shownMore: '{n} shown',
  },
  bulk: {
    label: 'Several at once', selected: '{n} selected', manySelected: 'More than {n} selected', clear: 'Clear selection', title: '{move} ({n})', note: 'First a preview: which can be done, which not and why. Nothing happens before you confirm.', preview: 'Preview',
    gather: '{move} ({label})', gatherNote: 'The {n} selected become one {label}.', matchOf: 'Dispatch: {label} (best fit of each)', owner: 'Hand over', ownerTo: 'Hand over to {name}', remind: 'Remind',
    pageOn: '{n} on this page selected.', whole: 'Select all {n} that match', wholeMany: 'Select all that match (more than {n})', wholeOn: 'All that match are selected.', pageOnly: 'This page only',
    doing: { bulk_check: 'Looking at each; nothing is done yet…', bulk: 'Working…', bulk_undo: 'Taking back…' },
    sum: { bulk_check: '{n} can be done', bulk: '{n} done', bulk_undo: '{n} taken back' },
    not: { bulk_check: '{n} cannot be done and stay as they are', bulk: '{n} not done', bulk_undo: '{n} not taken back; they stay' },
    lasting: '{n} of them cannot be taken back as a batch (booked, issued, or a file changed).', pieces: '{n}', which: 'Which ones', unseen: 'Number {n} (not for you to see)',
    confirm: 'Do {n}', undo: 'Take this batch back ({n})', finish: 'Finish',
  },
  job: {
    title: 'Background work', note: 'Exports and batches go on when you leave the page.', empty: 'No background work', progress: '{done} / {total}', cancel: 'Stop', leave: 'Leave; look later under “Background work”', open: 'Look',
    delayed: 'No progress for the moment, tried again by itself: {why}', sum: '{n} in all', sumFailed: '{n} in all, {failed} not done', download: 'Download ({size})', expires: 'Until {at}', expired: 'Expired; export anew',
    state: { queued: 'Waiting', running: 'Running', cancelling: 'Stopping', done: 'Done', failed: 'Failed', cancelled: 'Stopped' },
    kind: { bulk_check: 'Preview of a batch', bulk: 'Batch', bulk_undo: 'Batch taken back', export: 'Export', import: 'Import' },
  },
  keys: {
    title: 'Keys', note: 'Each key has a button that does the same; none works while you type.',
    key: { move: 'j k ↓ ↑', mark: 'Space x', open: 'Enter', dispatch: 'd', owner: 'r', remind: 'm', undo: 'u', search: '/', help: '?' },
    does: { move: 'Next, previous', mark: 'Mark or unmark', open: 'Open', dispatch: 'Dispatch', owner: 'Hand over', remind: 'Remind', undo: 'Last batch, to take back', search: 'Search', help: 'These keys' },
  },
  record: {
    title: 'Title', kind: 'Kind', stage: 'Stage', due: 'Due', hand: 'With', region: 'Region', created: 'Created', ended: 'Ended', refNo: 'Number',
    subject: 'For', provider: 'Provider', owner: 'Owner', stages: 'Progress', ahead: ' (ahead)', moves: 'Moves', facts: 'Content',
    masked: 'Hidden', maskedNote: '{n} hidden from you', noFields: 'Nothing filled in yet', members: 'Members', edit: 'Edit', editTitle: 'Edit {title}',
    elsewhere: 'Someone has just changed this', theirs: '{label} is now: {text}', shown: 'About the need', sameAs: 'Perhaps the same matter as:',
  },
  create: { new: 'New {label}', newParty: 'Not in the list? Add whom it is for', done: '{label} created, number {ref}' },
  move: {
    channel: 'Channel', reason: 'Reason', text: 'Explanation', note: 'Note', proof: 'Proof', photos: 'Photos (at least {n})', pass: 'Code', passMissing: 'Enter the code', proofText: 'If you cannot, say why',
    positionMissing: 'Take the present position', needsSign: 'Takes effect when signed by {who}.', childWhen: 'Fill in only if needed.', sending: 'Sending…', leave: 'What you filled in is not sent. Leave?',
    done: 'Done: {move}', waitsForSign: '{move} sent; waits for signature', seeNewest: 'See the newest state',
  },
  form: {
    title: 'Forms', fill: 'Fill in {label}', file: 'Send', filed: 'Sent', score: 'Score {score}', noResponses: 'No response yet', suggested: 'Proposed by the system; check before sending',
    moneyHint: 'e.g. 300万, 8500.5', rateBase: 'Base rate', choose: 'Choose', calendar: '{label}: open the calendar', noMatch: 'Nothing fits', typeToFind: 'Type to find', start: '{label}: start', end: '{label}: end',
    addRow: 'Add a row', removeRow: 'Remove row {n}', attachment: 'Attachment {n}', remove: 'Remove', uploading: 'Uploading…', noLocation: 'No position; check the permission',
  },
  clock: { title: 'Clocks', met: 'Met', metAt: 'Met {at}', dueAt: 'Due {at}', paused: 'Paused', notBegun: 'Not begun' },
  terms: { title: 'The five fixings', person: 'Who', task: 'Task', standard: 'Standard', duty: 'Part', due: 'By when' },
  sign: { title: 'Signatures', by: 'sent by {name}', waiting: 'to be signed', sign: 'Agree and sign', refuse: 'Refuse', why: 'Why do you refuse', done: 'Signed: {label}', refused: 'Refused: {label}' },
  match: {
    why: 'Why it fits', missing: 'What is missing', ask: 'To be asked first', none: 'Nothing to choose from now', look: 'See {label}: what fits, what is missing', alreadySent: 'Sent', max: 'at most {n}', full: '{n} chosen, no more',
    send: 'Send to {n}', sent: 'Sent to {n}',
    mode: { pick: 'By choice', assign: 'Assigned', claim: 'First come', broadcast: 'Open call' },
    verdict: { fit: 'Fits', ask: 'More needed', miss: 'Does not fit' },
  },
  consent: {
    title: 'Consents', yes: 'given', no: 'not given', take: 'Record consent', record: 'Record', withdraw: 'Record withdrawal', evidence: 'How it was given',
    given: 'Consent recorded: {label}', withdrawn: 'Withdrawal recorded: {label}', sure: 'Record the withdrawal of “{label}”? Receivers will see nothing further.', givenOn: 'given {day}', withdrawnOn: 'withdrawn {day}', until: 'until {day}',
    way: { tick: 'Ticked', signature: 'Signature', code: 'SMS code', voice: 'Voice recording', paper: 'Paper' },
  },
  document: { title: 'Documents and passes' },
  timeline: { title: 'Timeline', system: 'System', late: 'entered later, {at}' },
  handOver: { title: 'Hand over', account: 'To whom', org: 'Their unit', do: 'Hand over' },
  dispatch: { title: 'Dispatch board', needs: 'To be sent out: {label}', noOrders: 'This program has no orders', none: 'None', all: 'See all' },
  duty: {
    title: 'Duty rounds', none: 'This program has no duties', noRounds: 'No round yet', start: 'Start a round', startTitle: 'Start a round: {label}', startHint: 'Makes one task for each on the roster and gives it to whoever is responsible.',
    from: 'From', to: 'To', order: 'The end is before the start', regionHint: 'Empty: your whole area', started: '{n} tasks made', round: 'Round', coverage: 'Coverage', due: 'Owed', done: 'Done', missed: 'Missed', unassigned: 'Unassigned',
    unassignedHint: 'Nobody is posted where these are; change the posts first.', ofDue: '{done} / {due}', byRegion: 'By region (lowest first)', byTeam: 'By team (lowest first)', items: 'Tasks', what: 'Task', assignee: 'With',
    state: { open: 'Open', done: 'Done', missed: 'Missed', all: 'All', waiting: 'Not yet due', late: 'Late' },
  },
  roster: { count: '{n} in all', add: 'Add to the roster', addDo: 'Add', added: '{n} added', removed: '{name} removed', remove: 'Remove', sure: 'Remove “{name}” from the roster?', since: 'Since', computed: 'This roster is computed by a rule; nobody edits it.', empty: 'The roster is empty', act: 'Actions' },
  party: {
    title: 'Parties', note: 'People, households, enterprises, organisations; identifiers are hidden until a purpose is stated', new: 'New party', create: 'Create', created: '{name} created', name: 'Name', kind: 'Kind', identifier: 'Number / phone', tag: 'Tag', tags: 'Tags', tagsHint: 'Separate by commas',
    searchHint: 'Name, phone, number', empty: 'Not found. Check the name, or add it.', basics: 'Basics', edit: 'Edit', open: 'Under way', noOpen: 'Nothing under way', closed: 'Closed', begin: 'Begin for them', seeExisting: 'See the existing one: {name}',
  },
  subject: { name: 'Name', phone: 'Phone', id_number: 'Identity number', uscc: 'Credit code', place: 'Address', region: 'Region' },
  reveal: { see: 'See', title: 'See {label}', hint: 'Seeing it in full is recorded: who, when, what and why.', purpose: 'Purpose', sayPurpose: 'State the purpose, e.g. to arrange a visit by phone', do: 'State and see', written: 'This has been written to the audit.' },
  search: { title: 'Search', label: 'Search parties and records', hint: 'Name, number, phone (press /)', results: 'Results for “{q}”', none: 'Nothing that you may see', ask: 'Enter a name, number or phone', records: 'Records' },
  figure: {
    title: 'Figures', none: 'This program has no figures', choose: 'Choose a figure to see its trend and parts.', period: 'Period', periodKind: 'Kind of period', by: { month: 'Month', year: 'Year', range: 'Dates' }, year: 'Year', month: 'Month', monthOf: '{n}', before: 'Before', after: 'After',
    same: 'as before', up: '{by} more than before', down: '{by} less than before', suppressed: 'too small to show', trend: 'Last 12 months', monthly: 'Month by month', byDim: 'By {label}', chart: 'Chart', table: 'Table', chartOf: 'Chart of {label}; the table says the same', noCells: 'No parts in this period', unnamed: 'Not given',
  },
  ledger: {
    title: 'Ledgers', none: 'This program has no ledgers', state: { open: 'Open (live)', frozen: 'Frozen, to be signed', signed: 'Signed' }, frozenAt: 'frozen {at}', hash: 'Hash', freeze: 'Freeze', sign: 'Sign', publish: 'Publish: {label}', export: 'Export',
    sureFreeze: 'Freeze {period}? Its rows will not change; later facts become corrections.', sureSign: 'Sign the ledger of {period} as correct?', surePublish: 'Publish “{label}”? Everybody can then see it.', frozenNow: 'Frozen', signedNow: 'Signed', published: 'Published: {label}',
    subtotal: 'Subtotal', part: 'Part', total: 'Total', corrections: 'Corrections', noRows: 'Nothing in this period', open: 'Open',
  },
  program: {
    title: 'How it works', version: 'version {n}', tab: { stages: 'Flow', fields: 'Content', roles: 'Roles', figures: 'Parts', source: 'Source' }, openList: 'Open the list', diagram: 'Flow of {label}', legend: 'Numbers are live counts; solid lines by hand, dashed by themselves; choose a stage to see its list.',
    asTable: 'As a table', move: 'Move', from: 'From', to: 'To', by: 'By', intake: '(new)', automatic: 'by itself', stageCount: '{label}, {n}', field: 'Field', type: 'Type', class: 'Class', detail: 'Detail', many: ' (many)', calc: 'calculated', suggest: 'suggested', role: 'Role', does: 'May do',
    group: { stats: 'Figures', ledgers: 'Ledgers', duties: 'Duties', matches: 'Matches', forms: 'Forms', rosters: 'Rosters', notices: 'Notices', consents: 'Consents', documents: 'Documents' },
  },
  class: { public: 'Public', internal: 'Internal', personal: 'Personal', sensitive: 'Sensitive', sealed: 'Sealed' },
  fieldType: {
    text: 'Text', int: 'Whole number', number: 'Number', money: 'Money', bp: 'Ratio', rate: 'Interest rate', bool: 'Yes / no', date: 'Date', time: 'Time', span: 'Duration', interval: 'Interval', schedule: 'Schedule', place: 'Place', region: 'Region', org: 'Unit', person: 'Person', party: 'Party', account: 'Account', phone: 'Phone', photo: 'Photo', file: 'File', checks: 'Check list', rows: 'Table', ref: 'Link', choice: 'Choice',
  },
  ...maps,
  region: { title: 'Regions', note: 'Published codes; grids and service circles are the county’s own.', name: 'Name', level: 'Level', code: 'Code', add: 'Add below', added: '{name} added', empty: 'Nothing below' },
  org: { title: 'Units', name: 'Name', kind: 'Kind', kindHint: 'Programs give roles by kind, such as bank, station, association', shortName: 'Short name', new: 'New unit', edit: 'Edit unit', saved: '{name} saved' },
  orgKind: {
    county_office: 'County office', department: 'Department', bureau: 'Bureau', government: 'Government', town_office: 'Town office', village_committee: 'Village committee', committee: 'Committee', lead_office: 'Lead office', finance_office: 'Finance office', service_hall: 'Service hall', hotline: 'Hotline', bank: 'Bank', guarantor: 'Guarantor', association: 'Association', park: 'Park', enterprise: 'Enterprise', employer: 'Employer', union: 'Union', women_federation: 'Women’s federation', youth_league: 'Youth league', charity: 'Charity', school: 'School', hospital: 'Hospital', clinic: 'Clinic', health_centre: 'Health centre', health_bureau: 'Health bureau', psych_centre: 'Psychological centre', insurance_bureau: 'Insurance bureau', civil_affairs: 'Civil affairs', hr_bureau: 'Human resources', justice_office: 'Justice office', justice_bureau: 'Justice bureau', police_station: 'Police station', enforcement: 'Enforcement', discipline: 'Discipline', supervision: 'Supervision', rural_office: 'Rural office', station: 'Station', social_station: 'Social work station', practice_centre: 'Practice centre', practice_institute: 'Practice institute', practice_station: 'Practice station', visit_team: 'Visit team', team: 'Team',
  },
  account: {
    title: 'Accounts', name: 'Name', org: 'Unit', area: 'Area', areaHint: 'Empty: the unit’s area', post: 'Post', new: 'New account', created: 'Account of {name} created', locked: 'Locked', active: 'Active', lock: 'Lock', unlock: 'Unlock', reset: 'Reset password', addPost: 'Add a post', addPostTo: 'Add a post for {name}', removePost: 'Remove',
    sureLock: 'Lock the account of {name}? All sessions end at once.', sureRemove: 'Remove the post at “{org}”?', sureReset: 'Reset the password of {name}?', passwordOnce: 'First password of {name} (login {login}), shown only once:', passwordTaken: 'Noted',
  },
  audit: { title: 'Audit', note: 'Who saw or took out what, when and why.', at: 'Time', actor: 'Who', actionLabel: 'Action', object: 'Object', purpose: 'Purpose', from: 'From', to: 'To', action: { reveal: 'Saw hidden data', export: 'Export', read: 'Read', search: 'Search', sign_in: 'Sign-in', download: 'Download' } },
} satisfies Texts
