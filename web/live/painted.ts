/**
 * Receipts that an alert is on the glass. One is sent only after the frame that holds it has been drawn: the animation
 * frame callback runs just before drawing, the message posted from it just after.
 */
export interface PainterDeps {
  now(): number
  /** Is the alert in the document: its row, its pinned card, or the line that counts what does not fit. */
  isOnGlass(alertId: string): boolean
  emit(receipt: { alertId: string; at: number; receivedAt: number }): void
  frame(act: () => void): void
  afterFrame(act: () => void): void
}

export function createPainter(deps: PainterDeps): { mark(alertId: string): void } {
  const waiting = new Map<string, number>()
  function send(): void {
    const at = deps.now()
    for (const [alertId, receivedAt] of waiting) if (deps.isOnGlass(alertId)) deps.emit({ alertId, at, receivedAt })
    waiting.clear()
  }
  return {
    mark(alertId) {
      if (!waiting.has(alertId)) waiting.set(alertId, deps.now())
      if (waiting.size === 1) deps.frame(() => deps.afterFrame(send))
    },
  }
}

/** A task of its own right behind the frame, ahead of timers. */
export function afterFrame(): (act: () => void) => void {
  const channel = new MessageChannel()
  let acts: (() => void)[] = []
  channel.port1.onmessage = () => {
    const due = acts
    acts = []
    for (const act of due) act()
  }
  return (act) => {
    acts.push(act)
    channel.port2.postMessage(null)
  }
}

export const isOnGlass = (alertId: string): boolean =>
  document.querySelector(`[data-alert="${CSS.escape(alertId)}"]`) !== null ||
  document.querySelector('[data-more-alerts]') !== null
