/**
 * The shapes of docs/api.md, kept by hand. `/openapi.json` of a running server is
 * the reference; where the two differ, this file is wrong.
 * Money is integer fen, rates are integer basis points, instants are RFC 3339 UTC,
 * days are `2026-11-22`.
 */

export type Instant = string
export type Day = string

export interface Page<T> {
  items: T[]
  next?: string | null
}

/** Who a party, a unit, an account or a region is: enough to name it and to link to it. */
export interface PartyRef { id: string; kind: PartyKind; name: string }
export interface OrgRef { id: string; name: string; kind: string }
export interface AccountRef { id: string; name: string }
export interface RegionRef { id: string; name: string; level: string }
export type PartyKind = 'person' | 'household' | 'enterprise' | 'organization'

// ---------------------------------------------------------------- session
export interface Session {
  token?: string
  account: { id: string; name: string; party?: PartyRef }
  county: { code: string; name: string }
  memberships: Membership[]
  roles: SessionRole[]
  admin: boolean
  auditor?: boolean
  security?: boolean
  parties: PartyRef[]
  demo: boolean
  now: Instant
  /** Key (hex) under which this account's phone seals what it keeps. */
  vault?: string
  /** What this sign-in still lacks; until then it opens nothing else. */
  step?: 'factor' | 'enrol'
  ways?: string[]
}
export interface Membership { id: string; org: OrgRef; region?: RegionRef; post?: string; post_label?: string; role?: string; from?: Day; until?: Day; holds?: boolean }
export interface SessionRole { program: string; role: string; label: string }
export interface SessionDevice { id: string; agent?: string; created: Instant; seen?: Instant; current?: boolean }
export interface DemoAccount { login: string; password: string; name: string; role: string }

// --------------------------------------------------------------- programs
export interface ProgramSummary {
  key: string
  version: number
  title: string
  counts?: { open: number; overdue: number }
  /** The reader has work of his own in it, not only what everybody may read. */
  serves: boolean
}
export interface Keyed { key: string; label: string }
export type Noun =
  | 'case' | 'order' | 'offer' | 'visit' | 'batch'
  | 'activity' | 'session' | 'booking' | 'item' | 'thing'
export type FieldType =
  | 'text' | 'int' | 'number' | 'money' | 'bp' | 'rate' | 'bool' | 'date' | 'time' | 'span'
  | 'interval' | 'schedule' | 'place' | 'region' | 'org' | 'person' | 'party' | 'account'
  | 'phone' | 'photo' | 'file' | 'checks' | 'rows' | 'ref' | 'choice'
export type DataClass = 'public' | 'internal' | 'personal' | 'sensitive' | 'sealed'

export interface Field {
  key: string
  label: string
  type: FieldType
  many?: boolean
  class?: DataClass
  unit?: string
  range?: [unknown, unknown] | null
  digits?: number
  default?: unknown
  options?: Keyed[]
  items?: Keyed[]
  fields?: Field[]
  to?: string
  hint?: string
  calc?: boolean
  suggest?: boolean
  /** Comes with the noun, not from the program. */
  builtin?: boolean
  differ?: string[]
  live?: boolean
}
export interface StageView extends Keyed { phase: string; final?: boolean }
export interface ProofView {
  near?: boolean | string
  within?: number
  photo?: number
  pass?: string | boolean
  or?: string
}
export interface ProgramMove extends Keyed {
  from?: string[]
  to?: string
  by?: string[]
  intake?: boolean
  need?: string[]
  ask?: string[]
  reason?: Keyed[]
  text?: string
  proof?: ProofView | null
  offline?: boolean
  channels?: Keyed[]
  form?: string
  /** Labels of the roles that must sign before it takes effect. */
  sign?: string[] | boolean
  /** A signature may be given face to face, by a code of the other side's phone. */
  codes?: boolean
  /** Fires by a fact, not by a hand. */
  auto?: boolean
}
export interface RecordTypeView extends Keyed {
  noun: Noun
  of?: string
  alone?: boolean
  for?: string[]
  fields: Field[]
  stages: StageView[]
  moves: ProgramMove[]
  clocks: ClockRule[]
  /** Fields that come with the noun. */
  builtins?: Field[]
  kept_by?: string[]
  children?: string[]
}
export interface FormView extends Keyed {
  of?: string[]
  by?: string[]
  ask?: string[]
  fields?: Field[]
  /** Conditions in the phone subset of the rule language, by field key. */
  show?: Record<string, string>
  require?: { if: string; say: string }[]
  urgent?: { if: string; say: string; call?: string[] }[]
  /** Of a scale: where it comes from and under which licence. */
  source?: string
  licence?: string
  score?: { sum?: string[] | null; weights?: Record<string, number> | null; reverse?: string[] | null; max?: number; bands?: { from: number; key: string; label: string; say?: string }[] | null } | null
  offline?: boolean
  repeat?: string
}
export interface RoleView extends Keyed {
  is?: string
  of?: string[]
  /** Kinds of units and parties that hold it, at which level. */
  held?: string[]
  level?: string
  /** The class it reads, by record; `*` is every record. */
  read?: Record<string, string>
  figures?: boolean
}
/** A clock of a program: its rule in words, whom it tells. */
export interface ClockRule extends Keyed { words?: string; ladder?: { at: string; to: string[]; does: string[] }[] }
export interface MessageView extends Keyed { text: string; via: string[] }
/** kind: strengthens, weakens or neutral. */
export interface ProgramChange { path: string; kind: string; text: string }
export interface ProgramVersion { version: number; state: string; applied: Instant; by?: AccountRef; hash: string }
export interface ProgramIssue { file: string; line: number; col: number; msg: string; hint: string; warn: boolean }
export interface Simulation {
  from: number
  to: number
  changes: ProgramChange[]
  running: { record: string; stage: string; to: string; count: number }[]
  clocks: { record: string; clock: string; sooner: number; later: number; overdue: number }[]
  migrates: boolean
  capped?: boolean
}
export interface Trial { unchanged: boolean; issues: ProgramIssue[]; simulation?: Simulation }
export interface MatchView extends Keyed { makes?: string; as?: string; max?: number; need?: string; steps?: { mode: string; by?: string[] }[] }
export interface DutyView extends Keyed { over?: string; by?: string[]; form?: string; makes?: string; windows?: Record<string, [string, string]> }
export interface RosterView extends Keyed { of?: string; kept_by?: string }
export interface StatView extends Keyed { unit?: string; kind?: string; words?: string; by?: Keyed[] }
export interface LedgerView extends Keyed { every?: string; by?: Keyed[]; sign?: string[] }
export interface NoticeView extends Keyed { of?: string; to?: string; objection?: string }
export interface ConsentView extends Keyed { by?: string[]; evidence?: string[] }
/** The pages of a program that this reader may open; screens lead to no others. */
export interface ProgramOpens { records: string[]; boards: string[]; duties: string[]; rosters: string[]; stats: string[]; ledgers: string[]; libraries: string[]; notices: boolean; conflicts?: boolean; shifts?: string[]; devices?: string[] }
export interface ProgramView {
  key: string
  version: number
  title: string
  law?: string[]
  records: RecordTypeView[]
  forms: FormView[]
  roles: RoleView[]
  rosters: RosterView[]; devices?: Keyed[]
  matches: MatchView[]
  duties: DutyView[]
  stats: StatView[]
  ledgers: LedgerView[]
  /** Content libraries; `of` is the record that is an item. */
  libraries: (Keyed & { of: string; to: string[] })[]
  notices: NoticeView[]
  consents: ConsentView[]
  documents: Keyed[]
  messages?: MessageView[]
  lists?: Record<string, Keyed[]>
  /** Fields of the parties' own files, by kind of party. */
  files?: { kind: string; fields: Field[] }[]
  opens: ProgramOpens
}
export type StageCounts = Record<string, Record<string, number>>

// ---------------------------------------------------------------- records
export type Values = Record<string, unknown>

export interface Due { clock: string; label: string; due: Instant; overdue: boolean; left: string }
export interface RecordSummary {
  id: string
  ref_no: string
  program: string
  record: string
  record_label: string
  noun: Noun
  title: string
  stage: string
  stage_label: string
  phase: string
  subject?: PartyRef
  region?: RegionRef
  owner?: AccountRef
  owner_org?: OrgRef
  provider?: OrgRef
  created: Instant
  entered?: Instant
  ended?: Instant
  channel?: string
  due?: Due
  fields: Values
  labels?: Record<string, string>
  rev: number
}
export interface ClockView {
  key: string
  label: string
  from?: Instant
  due?: Instant
  met?: Instant | null
  overdue: boolean
  left: string
  percent?: number
  paused?: boolean
  /** The server's own word for where the clock stands. */
  state?: string
  limit?: string
  note?: string
  /** The rule in words: from when, how long, until what. */
  why?: string
  ladder?: { key: string; at: string; to: string[]; does: string[]; fired: boolean }[]
  /** How far this reader may extend it now: `most` of `unit` at once, so many times. */
  extend?: { most: number; unit: string; times: number }
}
export interface ChildNeed { record: string; label: string; need?: string[]; ask?: string[]; fields: Field[]
  /** Opened only on a condition: what it needs is needed only then. */
  when?: boolean
}
/** A move that this reader may make now. */
export interface MoveOffer extends Keyed {
  need?: string[]
  ask?: string[]
  /** The fields that need and ask name, as they stand in the record's own version. */
  fields?: Field[]
  reason?: Keyed[]
  text?: string
  proof?: ProofView | null
  form?: string
  sign?: string[]
  primary?: boolean
  offline?: boolean
  to?: string
  child?: ChildNeed | null
  /** Kinds of orders that go out with it, and those that must have concluded first. */
  sends?: string[]
  joint?: string[]
}
export interface MatchOffer extends Keyed {
  mode: string
  /** This reader may choose now, in a run that is under way. */
  open?: boolean
  max?: number
  state?: string
  step?: number
  /** The move that begins a run with a choice of offers (`pick`). */
  move?: string
  /** The kind of order that it sends. */
  makes?: string
}
export interface BallotView extends Keyed {
  state: 'open' | 'closed'
  secret: boolean
  opens: Instant
  closes: Instant
  /** How many options one vote may pick. */
  marks: number
  roll: number
  voted: number
  options: (Keyed & { votes?: number })[]
  passed: boolean
  /** As whom the reader may vote. */
  voter?: string
  done: boolean
  can_vote: boolean
  channels: string[]
  per?: string
  /** Of the tally: the hash of its lines. */
  hash?: string
  /** The reader hands out papers and counts them; he signs the count. */
  can_desk?: boolean
  can_sign?: boolean
  sheet?: { votes: Record<string, number>; papers: number; invalid: number; by: string; signed: string }
}
/** A panel's present round; score and criteria only once they may be known. */
export interface PanelView extends Keyed {
  form: string
  round: number
  blind: boolean
  sheets: number
  seats?: number
  quorum: number
  done: boolean
  closed: boolean
  due?: Instant
  combine?: string
  counted?: number
  dropped?: number
  score?: string
  criteria?: (Keyed & { score: string; most?: string })[]
  mine: boolean
  can: boolean
  why?: string
}
/** A roster as it was frozen for a record. */
export interface FrozenRoster extends Keyed { size: number; hash: string; frozen: string; except: { label: string; n: number }[] }
export interface DiffPart { op: 'same' | 'added' | 'gone'; text: string }
/** One version of a text that keeps them all, with what changed against the one before. */
export interface TextVersion { at: Instant; by?: AccountRef; version?: number; text: string; diff: DiffPart[] }
export interface PaperRef {
  id: string
  key: string
  label: string
  serial?: string
  version?: number
  state?: string
  issued?: Instant
  reading?: { mine: boolean; can: boolean; count: number; latest: { account: AccountRef; at: Instant }[] }
}
export interface CustodyView {
  file: string
  name: string
  sha256: string
  whole: boolean
  items: { seq: number; act: 'filed' | 'seen' | 'handed'; by?: AccountRef; org?: string; at: Instant; note?: string; hash: string }[]
}
/** What is published of a record, and how long anybody may object. */
export interface PublishedRef {
  id: string
  notice: string
  /** choice.k, ballot.k, document.k, or the record's own key. */
  of: string
  label: string
  /** Shown to everybody, at /notices/{id}. */
  open: boolean
  until?: Instant
  objection?: { record: string; move: string; label: string; until?: Instant }
}
export interface ChoiceView extends Keyed {
  by: string
  state: string
  round?: number
  method?: string
  size: number
  excluded?: number
  commit?: string
  pool_hash?: string
  pool?: string
  secret?: string
  public?: string
  order?: string[]
  take: number
  members: { code: string; mine?: boolean; name?: string; record?: string }[]
}
export interface SignatureSlot { role: string; label: string; signed?: { account: AccountRef; at: Instant } | null }
export interface SignatureView {
  id: string
  move: string
  label: string
  by?: AccountRef
  state: string
  slots: SignatureSlot[]
  mine: boolean
  /** The mover may enter the other side's code. */
  can_code?: boolean
}
export interface Terms { person?: string; task?: string; standard?: string; duty?: string; due?: Instant }
export interface RecordView extends RecordSummary {
  version: number
  /** Moves that this reader's phone may confirm by code, with its key on this record. */
  confirms?: { move: string; label: string; key: string }[]
  parent?: RecordSummary
  masked?: string[]
  labels?: Record<string, string>
  suggest?: Values
  stages_walked: { stage: string; label: string; at: Instant }[]
  clocks: ClockView[]
  moves: MoveOffer[]
  matches: MatchOffer[]
  forms: { key: string; label: string; filled: number; can?: boolean }[]
  signatures: SignatureView[]
  children: { record: string; label: string; items: RecordSummary[] }[]
  ballots?: BallotView[]
  choices?: ChoiceView[]
  published?: PublishedRef[]
  panels?: PanelView[]
  /** Tickets that the reader may take: what is said by one has no name. */
  tickets?: { move: string; label: string; left: number }[]
  /** Frozen for this record. */
  rosters?: FrozenRoster[]
  versions?: Record<string, TextVersion[]>
  terms?: Terms | null
  members?: RecordSummary[]
  documents?: PaperRef[]
  passes?: { key: string; label: string; print?: boolean; show?: boolean }[]
  consents?: { key: string; label: string; given: boolean; can: boolean; evidence?: string[] }[]
  can_edit?: boolean
  /** What an order shows of its parent and its subject, by dotted path. */
  shown?: Values
  shown_labels?: Record<string, string>
  /** What each shown path is called, in the program's order. */
  shown_heads?: Keyed[]
  /** An earlier record that looks like the same matter. */
  same_as?: RecordSummary
}

/** The body of an intake or a move. */
export interface Act {
  fields?: Values
  subject?: string
  parent?: string
  region?: string
  channel?: string
  members?: string[]
  pick?: string[]
  offer?: string
  reason?: string
  text?: string
  /** occurred-at, of a fact met offline */
  at?: Instant
  proof?: { lat?: number; lng?: number; photos?: string[]; pass?: string; text?: string; facts?: string; code?: string }
  child?: { fields: Values }
  rev?: number
  /** The publication that an intake objects to. */
  notice?: string
  /** What the fields held when an offline act was made. */
  base?: Values
  /** Puts right what this offline move has filed. */
  amend?: boolean
  /** Seconds by which the phone's clock was behind; `at` is corrected. */
  clock?: number
}
export interface TimelineEvent {
  id: string
  type: string
  label: string
  actor?: AccountRef
  org?: OrgRef
  at: Instant
  recorded_at?: Instant
  late?: boolean
  record?: { id: string; label: string; title: string }
  text?: string
  reason?: string
  /** The stage in which it left the record. */
  stage?: string
  /** masked: changed to a value that no event holds. */
  changes?: { field: string; label: string; to?: string; masked?: boolean; cleared?: boolean }[]
  photos?: string[]
}
/** A file with where it belongs; `image`: the browser can show it. */
export interface FileView extends Attachment { image: boolean; custody?: boolean; by?: AccountRef; of: { id: string; label: string; title: string }; created: Instant }
export interface FormResult { id: string; score?: number; band?: string; band_label?: string; say?: string; urgent?: { say: string; call?: string[] }[] }
export interface FormResponse {
  id: string
  form: string
  label: string
  at: Instant
  by?: AccountRef
  answers: Values
  labels?: Record<string, string>
  score?: number
  band?: string
  band_label?: string
}
export type Verdict = 'fit' | 'ask' | 'miss'
export interface MatchResult {
  /** labels: the offer's facts in order, the field's label beside the value as shown. */
  offer: { id: string; title: string; provider?: OrgRef; fields?: Values; labels?: Keyed[] | Record<string, string> }
  verdict: Verdict
  reasons: string[]
  missing: string[]
  ask: string[]
  sent: boolean
}
export interface MatchAnswer { need?: Values; step: number; state?: string; max?: number; results: MatchResult[] }
export interface RecordQuery {
  program?: string
  record?: string
  stage?: string
  phase?: string
  subject?: string
  parent?: string
  owner?: string
  q?: string
  region?: string
  overdue?: string | boolean
  running?: string | boolean
  mine?: boolean
  noun?: string
  cursor?: string
  limit?: number
}

// ---------------------------------------------------------------- parties
export interface PartySummary extends PartyRef {
  region?: RegionRef
  tags?: string[]
  /** Stands in a public register. */
  uscc?: string
  masked?: Record<string, string>
}
export interface PartyView extends PartySummary {
  fields: Values
  labels?: Record<string, string>
  files: { program: string; title?: string; fields: Field[] }[]
  records: RecordSummary[]
  consents: { program: string; key: string; label: string; role?: string; purpose?: string; text_version?: string; evidence?: string; by?: PartyRef; given_at?: Instant; until?: Instant; withdrawn_at?: Instant }[]
  relations: { kind: string; label: string; party: PartyRef; of?: boolean }[]
  created?: Instant
  warnings?: string[]
  place?: { lat?: number; lng?: number; address?: string }
  /** Keys of fields that are filled, but above this reader's class. */
  hidden?: string[]
  can_edit?: boolean
  can_consent?: { program: string; key: string; label: string; given: boolean; can: boolean; evidence?: string[]; purpose?: string }[]
  /** Legal grounds, and glasses (key ""), that this reader may take. */
  can_ground?: { program: string; title: string; key?: string; label: string; law?: string[]; stands: boolean }[]
  rev: number
}

/** What the withdrawal of a consent would stop. */
export interface ConsentStops {
  label: string
  hides: { org: string; label: string; count: number }[]
  does: string[]
  blocks: string[]
}
export interface GroundUse {
  id: string
  program: string
  key?: string
  label: string
  law?: string[]
  party?: PartyRef
  by?: AccountRef
  org?: OrgRef
  reason: string
  state: string
  stands: boolean
  given_at: Instant
  until?: Instant
  review_by?: Instant
  reviewer?: AccountRef
  verdict?: string
  can_sign?: boolean
  can_review?: boolean
  can_end?: boolean
}

// ----------------------------------------------------------------- county
export interface Region extends RegionRef { code?: string; parent?: string; path?: string; children?: boolean; active?: boolean; rev?: number }
export interface Org extends OrgRef {
  level?: string
  region?: RegionRef
  short_name?: string
  phone?: string
  tags?: string[]
  area?: RegionRef[]
  rev?: number
  /** Posts that some mechanism reads of a unit of its kind; only of one unit by itself. */
  posts?: Keyed[]
}
export interface Account {
  id: string
  login: string
  name: string
  /** Signs in by phone too; the number itself is never told. */
  phone?: boolean
  active?: boolean
  rev?: number
  party?: PartyRef
  memberships: Membership[]
  /** Said once, when the server made it. */
  password?: string
}

// --------------------------------------------------- rosters, duties, work
/** One of party, org, account, as the roster is of. */
export interface RosterEntry { party?: PartyRef; org?: OrgRef; account?: AccountRef; since: Instant }
export interface RosterAnswer extends Page<RosterEntry> { count: number; label?: string; computed?: boolean; can_keep?: boolean }
export interface DutyRound {
  id: string
  from: Day
  to: Day
  region?: RegionRef
  due: number
  done: number
  missed: number
  unassigned: number
  state: string
  label?: string
}
export interface DutyRoundView extends DutyRound {
  regions?: { region?: RegionRef; due: number; done: number; missed?: number }[]
  teams?: { org?: OrgRef; due: number; done: number; missed?: number }[]
  visitors?: { person?: AccountRef; org?: OrgRef; due: number; done: number; missed?: number }[]
  /** Of a round that is under way, in working days. */
  pace?: { days: number; gone: number; left: number; expected: number; per_day: number }
  can_assign?: boolean
  /** The things owed may be listed one by one. */
  can_list?: boolean
  /** Those in whose region nobody is posted. */
  unassigned_list?: PartyRef[]
}
export interface DutyItem {
  id: string
  label: string
  program: string
  duty: string
  party?: PartyRef
  record?: RecordSummary
  form?: string
  /** Of a duty with windows, which has a page of its own. */
  window?: string
  opens?: Instant
  due: Instant
  closes?: Instant
  state: string
  overdue?: boolean
  left?: string
  assignee?: AccountRef | OrgRef
}
export interface WorkEntry { record: RecordSummary; why: string; due?: Instant; overdue: boolean; left?: string }
export interface Work {
  overdue: WorkEntry[]
  today: WorkEntry[]
  waiting: WorkEntry[]
  /** `signature` is the id to sign with. */
  signatures: { record: RecordSummary; signature: string; label: string; by?: AccountRef }[]
  offers: RecordSummary[]
  duties: DutyItem[]
  forms: DutyItem[]
  /** Ballots that wait for a vote of the reader. */
  votes?: { record: RecordSummary; ballot: string; label: string; closes: Instant }[]
  counts: Record<string, number>
}

// ---------------------------------------------------------------- figures
export interface Figure { key: string; label: string; unit: string; value: number | null; previous?: number | null; suppressed?: boolean }
export interface StatAnswer {
  key: string
  label: string
  unit: string
  value: number | null
  suppressed?: boolean
  cells: { dims: Record<string, Keyed>; value: number | null }[]
}
/** `group`: a head over neighbouring columns. */
export interface LedgerColumn extends Keyed { unit?: string; group?: string }
/** `labels` are the cells as shown; the cells themselves are for sums. `key`: the area of a table of figures. */
export interface LedgerRow { key?: string; cells: Values; labels?: Record<string, string>; record?: string }
/** The rows behind one figure; what the reader may not open is only counted. */
export interface CellRow { key?: string; hidden?: boolean; label?: string; record?: RecordSummary; party?: PartyRef; value: number; events: { id: string; label: string; at: Instant; value: number }[] }
export interface CellAnswer {
  label: string
  row?: string
  period: string
  parts: Keyed[]
  kind: 'count' | 'sum' | 'distinct' | 'median' | 'p90'
  unit: string
  count: number
  sum: number
  frozen_at?: Instant
  items: CellRow[]
  next: string | null
}
export interface LedgerAnswer {
  key: string
  label: string
  period: string
  state: 'open' | 'frozen' | 'signed'
  columns: LedgerColumn[]
  rows: LedgerRow[]
  groups?: { key: string; label: string; rows: LedgerRow[]; total?: Values }[]
  total?: Values
  corrections?: LedgerRow[]
  hash?: string
  frozen_at?: Instant
  signatures?: { account?: AccountRef; at?: Instant }[]
  /** Words and units of totals that are figures of their own, not columns. */
  total_labels?: Record<string, string>
  total_units?: Record<string, string>
  can_freeze?: boolean
  can_sign?: boolean
  close_due?: Instant
  /** Columns and totals that can be opened. */
  opens?: string[]
}
export interface PublicTable {
  label: string
  period?: string
  columns: LedgerColumn[]
  rows: LedgerRow[]
  count: number
  page: number
  pages: number
  hash: string
}
export interface PublicNotice {
  id: string
  program: string
  notice: string
  title: string
  label: string
  figures: boolean
  state: 'proposed' | 'live' | 'ended' | 'stopped' | 'refused'
  published_at: Instant
  until?: Instant
  objection?: { record: string; move: string; label: string; until?: Instant }
  can_review?: boolean
  /** What to send to let out what waits for review. */
  target?: string
  /** Shown to everybody. */
  open?: boolean
  table?: PublicTable
}

// --------------------------------------------------- search, audit, notice
export interface SearchAnswer { parties: PartySummary[]; records: RecordSummary[]; offers?: RecordSummary[]; orgs?: OrgRef[] }
export interface AuditRow {
  id: string
  at: Instant
  actor?: AccountRef
  org?: OrgRef
  action: string
  object?: string
  /** The action, the object and the detail in words. */
  label: string
  about?: string
  words?: Keyed[]
  purpose?: string
  seq?: number
}
/** One look into a dossier. */
export interface AccessEntry { id: string; at: Instant; actor?: AccountRef; org?: OrgRef; action: string; label: string; field?: string; ref_no?: string; purpose?: string }
export interface Notification {
  id: string
  text: string
  at: Instant
  read?: boolean
  record?: { id: string; label?: string; title?: string }
}
export interface Attachment { id: string; name: string; size: number; mime: string }
