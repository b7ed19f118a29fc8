import type { FilteredRequest } from '@shared/request-filter'
import type { RequestRecord } from '@shared/schemas'
import type { FormerNames } from './former-names'
import type { RequestRing } from './request-ring'
import { numberColumns, textColumns, wordColumns } from './request-ring'

/**
 * Goes through the records of a ring from the newest to the oldest. Fields are read from the ring
 * as they are asked for: a filter looks at few. Good until the next record comes.
 */
export class RequestView implements FilteredRequest {
  readonly #ring: RequestRing
  readonly #names: FormerNames
  #record: number

  constructor(ring: RequestRing, names: FormerNames) {
    this.#ring = ring
    this.#names = names
    this.#record = ring.next - 1
  }

  /** Whether there is a record here. */
  get exists(): boolean {
    return this.#record >= this.#ring.oldest
  }

  /** Goes to the one before. */
  back(): void {
    this.#record -= 1
  }

  /** Goes back to the newest with an id below this one. Ids only grow: it looks at 14 of 10,000. */
  backBelow(id: number): void {
    let [below, above] = [this.#ring.oldest - 1, this.#record + 1]
    while (above - below > 1) {
      this.#record = Math.floor((below + above) / 2)
      if (this.id < id)
        below = this.#record
      else
        above = this.#record
    }
    this.#record = below
  }

  get id(): number {
    return this.#ring.number(this.#record, numberColumns.id)
  }

  /** Wall-clock milliseconds. */
  get at(): number {
    return this.#ring.number(this.#record, numberColumns.at)
  }

  /** Whether it is this user's, or with null nobody's. */
  isOf(user: string | null): boolean {
    return this.#ring.holds(this.#record, textColumns.user, user)
  }

  get face(): RequestRecord['face'] {
    return this.#ring.word(this.#record, wordColumns.face) as RequestRecord['face']
  }

  get from(): RequestRecord['from'] {
    return this.#ring.word(this.#record, wordColumns.from) as RequestRecord['from']
  }

  get method(): string {
    return this.#ring.word(this.#record, wordColumns.method) ?? ''
  }

  get path(): string {
    return this.#ring.text(this.#record, textColumns.path) ?? ''
  }

  get operation(): string | null {
    return this.#ring.word(this.#record, wordColumns.operation)
  }

  /** By its name of today. */
  get cache(): string | null {
    const name = this.#ring.text(this.#record, textColumns.cache)
    return name === null ? null : this.#names.nameNow(name, this)
  }

  get key(): string | null {
    return this.#ring.text(this.#record, textColumns.key)
  }

  get status(): number {
    return this.#ring.status(this.#record)
  }

  get result(): string {
    return this.#ring.word(this.#record, wordColumns.result) ?? ''
  }

  get reason(): string | null {
    return this.#ring.word(this.#record, wordColumns.reason)
  }

  get detail(): string | null {
    return this.#ring.text(this.#record, textColumns.detail)
  }

  get marks(): readonly string[] {
    return this.#ring.marks(this.#record)
  }

  /** Microseconds. */
  get duration(): number {
    return this.#ring.number(this.#record, numberColumns.duration)
  }

  get requestBytes(): number {
    return this.#ring.number(this.#record, numberColumns.requestBytes)
  }

  get responseBytes(): number {
    return this.#ring.number(this.#record, numberColumns.responseBytes)
  }

  get keyId(): string | null {
    return this.#ring.text(this.#record, textColumns.keyId)
  }

  get ttl(): number | null {
    const ttl = this.#ring.number(this.#record, numberColumns.ttl)
    return Number.isNaN(ttl) ? null : ttl
  }

  toRecord(): RequestRecord {
    return {
      id: this.id,
      at: new Date(this.at).toISOString(),
      from: this.from,
      face: this.face,
      method: this.method,
      path: this.path,
      operation: this.operation,
      cache: this.cache,
      key: this.key,
      status: this.status,
      result: this.result,
      reason: this.reason,
      detail: this.detail,
      marks: [...this.marks],
      duration: this.duration,
      requestBytes: this.requestBytes,
      responseBytes: this.responseBytes,
      keyId: this.keyId,
      ttl: this.ttl,
    }
  }
}

/**
 * The records of several rings from the newest below `before` to the oldest, while their ids are
 * above `after`.
 */
export function* newestOf(
  rings: readonly RequestRing[],
  names: FormerNames,
  after: number,
  before = Infinity,
): Generator<RequestView, void> {
  const all = rings.map(ring => new RequestView(ring, names))
  all.forEach(view => view.backBelow(before))
  const views = all.filter(view => view.exists)
  while (views.length > 0) {
    const view = views.reduce((newest, other) => other.id > newest.id ? other : newest)
    if (view.id <= after)
      return
    yield view
    view.back()
    if (!view.exists)
      views.splice(views.indexOf(view), 1)
  }
}
