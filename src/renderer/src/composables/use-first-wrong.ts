import { useEventListener } from '@vueuse/core'
import { onScopeDispose } from 'vue'

const wrong = '[aria-invalid="true"], :is(fieldset, .group) > .form-error:not(:empty)'
const field = 'input:not(:disabled), textarea:not(:disabled), select:not(:disabled), button:not(:disabled)'

/**
 * After a form has been refused, moves the focus to its first wrong field: of any form, whenever
 * the answer comes, unless the person has gone on meanwhile.
 */
export function useFirstWrong(): void {
  let form: HTMLFormElement | undefined

  function look(): void {
    const found = form?.querySelector<HTMLElement>(wrong)
    if (!found)
      return
    stop()
    const target = found.matches('.form-error') ? found.parentElement?.querySelector<HTMLElement>(field) : found
    target?.focus()
  }

  const observer = new MutationObserver(look)

  function stop(): void {
    observer.disconnect()
    form = undefined
  }

  useEventListener(document, 'submit', ({ target }) => {
    stop()
    if (!(target instanceof HTMLFormElement))
      return
    form = target
    observer.observe(form, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ['aria-invalid'],
    })
    // Where the same is wrong as before, nothing changes.
    requestAnimationFrame(look)
  }, { capture: true })
  useEventListener(document, ['input', 'focusin'], stop, { capture: true })
  onScopeDispose(stop)
}
