/**
 * Runs in the page. After a change of the document the next animation frame runs just before drawing, and a message
 * posted from it just after: that is when a person can see it. What counts is the number of occurrences that the
 * heading says, once all its cards stand in the document or are counted in the line below them.
 */
{
  window.benchSeen = []
  const number = (text) => Number((text ?? '').replace(/\D/g, '') || 0)
  let last = -1
  const look = () => {
    for (const heading of document.querySelectorAll('.clip, h1')) {
      const said = /归并 ([\d\u2009]+) → ([\d\u2009]+)/.exec(heading.textContent ?? '')
      if (!said) continue
      const occurrences = number(said[1])
      const shown = new Set([...document.querySelectorAll('[data-alert]')].map((e) => e.dataset.alert)).size
      const counted = number(document.querySelector('[data-more-alerts]')?.textContent?.split('：')[0])
      if (occurrences === last || shown + counted < number(said[2])) return
      last = occurrences
      window.benchSeen.push([occurrences, Date.now()])
      return
    }
  }
  const behind = new MessageChannel()
  let due = false
  behind.port1.onmessage = () => {
    due = false
    look()
  }
  new MutationObserver(() => {
    if (due) return
    due = true
    requestAnimationFrame(() => behind.port2.postMessage(null))
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
}
