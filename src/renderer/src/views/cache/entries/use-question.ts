import type { EntryOrder, EntrySort } from '@shared/entries'
import type { EntryFilter } from '@shared/entry-filter'
import type { Ref } from 'vue'
import type { Address } from '../../../composables/use-address'
import { entryOrders, entrySorts } from '@shared/entries'
import { readEntryFilter } from '@shared/entry-filter'
import { filterErrorOf } from '@shared/filter'
import { computed, shallowRef, watch } from 'vue'
import { keepChoice, readChoice } from '../../../storage'

export const delimiters = ['', ':', '/', '.'] as const
export type Delimiter = typeof delimiters[number]

/** What the address says instead of an empty delimiter, because saying nothing is another thing. */
const noTree = 'none'

/** What the person asks of the list: the filter, the order, and list or tree. */
interface Question {
  text: Ref<string>
  /** The last filter without an error; null if everything matches. */
  readonly written: Readonly<Ref<EntryFilter | null>>
  sort: Ref<EntrySort>
  order: Ref<EntryOrder>
  delimiter: Ref<Delimiter>
}

/**
 * The question, which lives in the address: `filter`, `sort`, `order` and `tree`. If the address
 * says nothing about a tree, the last choice in this browser is put into it.
 */
export function useQuestion(address: Address): Question {
  const text = shallowRef(address.valueOf('filter'))
  /** The last text without an error, which the address has. */
  const applied = shallowRef('')
  const written = shallowRef<EntryFilter | null>(null)
  const remembered = shallowRef(delimiterOf(readChoice('browse') ?? '') ?? '')

  watch(text, (now) => {
    if (filterErrorOf(() => readEntryFilter(now)))
      return
    written.value = readEntryFilter(now)
    // Not trimmed: the space at the end may be an escaped one.
    applied.value = now.trim() === '' ? '' : now
    address.change({ filter: applied.value || undefined })
  }, { flush: 'sync', immediate: true })
  watch(() => address.valueOf('filter'), (now) => {
    if (now !== applied.value)
      text.value = now
  })
  watch(() => address.valueOf('tree'), (tree) => {
    if (delimiterOf(tree) === undefined && remembered.value !== '')
      address.change({ tree: remembered.value })
  }, { immediate: true })

  return {
    text,
    written,
    sort: choiceOf(address, 'sort', entrySorts),
    order: choiceOf(address, 'order', entryOrders),
    delimiter: computed({
      get: () => delimiterOf(address.valueOf('tree')) ?? remembered.value,
      set(choice) {
        remembered.value = choice
        keepChoice('browse', choice === '' ? null : choice)
        address.change({ tree: choice === '' ? noTree : choice })
      },
    }),
  }
}

function delimiterOf(tree: string): Delimiter | undefined {
  return tree === noTree ? '' : delimiters.find(choice => choice !== '' && choice === tree)
}

/** A part of the address that has one of these values. Without any of them it has the first. */
function choiceOf<T extends string>(address: Address, name: string, choices: readonly [T, ...T[]]): Ref<T> {
  return computed({
    get: () => choices.find(choice => choice === address.valueOf(name)) ?? choices[0],
    set: choice => address.change({ [name]: choice === choices[0] ? undefined : choice }),
  })
}
