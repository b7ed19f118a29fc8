import { useDocumentVisibility } from '@vueuse/core'
import { onScopeDispose, watch } from 'vue'
import { useApi } from './use-api'

interface FollowingOptions<Question, Answer> {
  /** Milliseconds between an answer and the next reading. */
  interval: number
  /** What is to be read; null while nothing is. It is reactive: a change is read at once. */
  question: () => Question | null
  read: (question: Question) => Promise<Answer>
  /** Receives each answer that nothing has overtaken. */
  take: (answer: Answer) => void
}

/**
 * Reads something of the server again and again while the calling scope lives and its page is
 * visible; at once when the connection is back.
 */
export function useFollowing<Question, Answer>(
  { interval, question, read, take }: FollowingOptions<Question, Answer>,
): void {
  const { events } = useApi()
  const visibility = useDocumentVisibility()
  let timer: ReturnType<typeof setTimeout> | undefined
  let round = 0

  async function follow(asked: Question, turn: number): Promise<void> {
    try {
      const answer = await read(asked)
      if (turn === round)
        take(answer)
    }
    catch {
      // The frame shows that the server is lost; the next reading tries again.
    }
    if (turn === round)
      timer = setTimeout(follow, interval, asked, turn)
  }

  function stop(): void {
    clearTimeout(timer)
    round++
  }

  watch([question, visibility, events.connected], ([asked]) => {
    stop()
    if (asked !== null && visibility.value === 'visible')
      void follow(asked, round)
  }, { immediate: true })
  onScopeDispose(stop)
}
