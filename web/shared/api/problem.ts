/**
 * An answer of the server that says no (RFC 9457). `type` is a stable code, `title`
 * is already in the reader's language. A network failure is `type: "network"`.
 */
export class ApiProblem extends Error {
  readonly type: string
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly fields: FieldProblem[]
  readonly request: string
  /** The whole body, for the few problems with members of their own. */
  readonly body: Record<string, unknown>

  constructor(problem: Problem) {
    super(problem.title || problem.type)
    this.name = 'ApiProblem'
    this.type = problem.type || 'internal'
    this.status = problem.status ?? 0
    this.title = problem.title ?? ''
    this.detail = problem.detail ?? ''
    this.fields = problem.fields ?? []
    this.request = problem.request ?? ''
    this.body = problem as unknown as Record<string, unknown>
  }

  get network(): boolean { return this.type === 'network' }
  get unauthenticated(): boolean { return this.status === 401 }
  get forbidden(): boolean { return this.status === 403 || this.status === 404 }
  get stale(): boolean { return this.type === 'stale' }
}

/** The body of `application/problem+json`. */
export interface Problem {
  type: string
  title?: string
  status?: number
  detail?: string
  fields?: FieldProblem[]
  request?: string
}

export interface FieldProblem {
  /** Dotted as in the request body: `fields.amount`. */
  path: string
  code: string
  message?: string
  /** On `stale`: the value that stands now. */
  theirs?: unknown
}

/** Makes an ApiProblem of anything thrown, so that screens know one shape. */
export function toProblem(cause: unknown): ApiProblem {
  if (cause instanceof ApiProblem) return cause
  const detail = cause instanceof Error ? cause.message : String(cause)
  return new ApiProblem({ type: 'internal', title: '', status: 0, detail })
}
