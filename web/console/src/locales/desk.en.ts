import type { Texts } from '@linqiao/shared/i18n'

/** Texts of the dispatch board, of opened figures, of statements and of the command palette. */
export default {
  dispatch: {
    title: 'Dispatch board', needs: 'Waiting: {label}', noOrders: 'This mechanism sends no orders', none: 'None', count: '{n}', countMore: 'more than {n}', late: '{n} overdue', more: 'Show {n} more', columns: 'Columns',
    receivers: 'Send to', receiversOf: '“{title}” can be sent to:', give: 'Send to {name}', noReceivers: 'Nobody to send it to', matchClosed: 'Its matching has not begun or is over: see the case page.', dropHere: 'Drop here: {move}', dropMany: 'Drop here, then choose', chooseMove: 'What shall be done?', noDrop: 'Cannot be dropped here', hint: 'Mark or drag cards. You see a preview first; it can be undone afterwards.',
    several: '{n} selected; the list is for the first, each is checked by itself.', full: 'places',
  },
  cell: {
    open: '{label}, {row}: {value}; see what it is made of', whole: 'total', title: '{label} ({row})', count: '{n} rows', sum: 'Sum {value}', frozen: 'Frozen: what was recorded until {at}.', record: 'Record', events: 'What was counted', value: 'Counts', hidden: 'You may not see this one', parts: 'Which part', none: 'Nothing was counted', noOpen: 'Open', median: 'The median follows from these values.',
  },
  statement: {
    title: '{label}: statement', of: 'Held by {holder}, {program}', from: 'From', until: 'Until', all: 'All time', opening: 'Opening balance', in: 'In', out: 'Out', closing: 'Closing balance', entries: 'Entries', at: 'Time', what: 'What', amount: 'Amount', balance: 'Balance', undoes: 'Reversal', none: 'No entries in this time', holdings: 'Accounts held', noHoldings: 'No accounts', open: 'Statement',
  },
  palette: {
    title: 'Go to', open: 'Go to (Ctrl+K)', hint: 'Page, mechanism, name or number; two characters or pinyin initials will do', pages: 'Pages', recent: 'Seen lately', records: 'Records', parties: 'Parties', none: 'Nothing found', keys: '↑ ↓ choose, Enter opens, Esc closes', results: '{n} results', searching: 'Searching…', all: 'All results for “{q}”',
  },
} satisfies Texts
