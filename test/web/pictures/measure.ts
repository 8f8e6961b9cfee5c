import type { Measures, TextNode } from '../../pictures/measures.ts'

/** The acceptance list of visual.md section 11, measured in the browser. */
type Rgb = readonly [number, number, number]

export function install(): void {
  Object.assign(window, { measure, measureDesk, blinking })
}

/** What moves without end. */
function blinking(): string[] {
  return document
    .getAnimations()
    .filter((one) => one.effect?.getTiming().iterations === Number.POSITIVE_INFINITY)
    .map((one) => (one.effect instanceof KeyframeEffect ? (one.effect.target?.tagName ?? '') : ''))
}

function measure(): Measures {
  const wall = document.querySelector<HTMLElement>('.wall')
  if (!wall) throw new Error('no wall')
  return { texts: [...texts(wall)], overlaps: overlaps(wall), overflows: overflows(wall) }
}

/** A desk: pages that scroll, so that what is scrolled away is not cut off. */
function measureDesk(): Measures {
  const desk = document.querySelector<HTMLElement>('.desk')
  if (!desk) throw new Error('no desk')
  const parts = [...desk.querySelectorAll<HTMLElement>('.bar, footer, .card, .row, .head, .acts, .filters, .waiting')]
  const wide = desk.scrollWidth > innerWidth + 1 ? [`desk: ${desk.scrollWidth} in ${innerWidth}`] : []
  return {
    texts: [...texts(desk)],
    overlaps: [],
    overflows: [...wide, ...parts.flatMap((part) => collisions(part).map((pair) => `${part.className}: ${pair}`))],
  }
}

function* texts(root: HTMLElement): Generator<TextNode> {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    const text = node.textContent?.trim() ?? ''
    if (
      !element ||
      text === '' ||
      !element.checkVisibility({ visibilityProperty: true }) ||
      element instanceof HTMLOptionElement
    )
      continue
    const style = getComputedStyle(element)
    const isSvg = element instanceof SVGElement
    const colour = parse(isSvg && style.fill !== 'none' ? style.fill : style.color)
    yield {
      text,
      panel: element.closest<HTMLElement>('[data-panel]')?.dataset.panel ?? 'chrome',
      px: Number.parseFloat(style.fontSize),
      contrast: contrast(colour, background(element)),
      clipped: isClipped(node, element),
    }
  }
}

/** Cut off without an ellipsis, or sticking out of the box that hides it. */
function isClipped(node: Node, element: Element): boolean {
  const range = document.createRange()
  range.selectNodeContents(node)
  const box = ink(range.getBoundingClientRect(), node.textContent ?? '')
  for (let at: Element | null = element; at && !at.classList.contains('glass'); at = at.parentElement) {
    const style = getComputedStyle(at)
    if (at.classList.contains('wall')) return box.right > at.getBoundingClientRect().right
    if (style.textOverflow === 'ellipsis') return false
    if (style.overflow === 'visible' || at instanceof SVGElement) continue
    const frame = at.getBoundingClientRect()
    const scrolls = style.overflowY === 'auto' || style.overflowY === 'scroll'
    const across = [frame.left - box.left, box.right - frame.right]
    const out = scrolls ? across : [...across, frame.top - box.top, box.bottom - frame.bottom]
    if (out.some((px) => px > 1)) return true
    if (scrolls) return false
  }
  return false
}

/** The box of a text is 1.448 em high; what is drawn of it is less: digits from cap height to baseline. */
function ink(box: DOMRect, text: string): DOMRect {
  const figures = /^[\d\s.:–−/%]+$/.test(text)
  const top = box.height * (figures ? 0.29 : 0.19)
  const bottom = box.height * (figures ? 0.19 : 0.115)
  return new DOMRect(box.left, box.top + top, box.width, box.height - top - bottom)
}

function overlaps(root: HTMLElement): string[] {
  const boxes = [...root.querySelectorAll<HTMLElement>('[data-panel], .pin, .strip, .section, .top, .freeze, .foot')]
    .filter((one) => one.parentElement === root)
    .map((one) => ({ name: one.dataset.panel ?? one.className, box: one.getBoundingClientRect() }))
  return boxes.flatMap((a, n) =>
    boxes
      .slice(n + 1)
      .filter((b) => a.box.left < b.box.right - 0.5 && b.box.left < a.box.right - 0.5)
      .filter((b) => a.box.top < b.box.bottom - 0.5 && b.box.top < a.box.bottom - 0.5)
      .map((b) => `${a.name} × ${b.name}`),
  )
}

/** Texts of one panel that lie on each other, and panels whose content is larger than they are. */
function overflows(root: HTMLElement): string[] {
  const found: string[] = []
  for (const panel of root.querySelectorAll<HTMLElement>(
    '[data-panel], .top, .freeze, .foot, .section, .strip, .pin',
  )) {
    const name = panel.dataset.panel ?? panel.className
    for (const frame of panel.querySelectorAll<HTMLElement>('.panel, .body'))
      if (frame.scrollHeight > frame.clientHeight + 4 || frame.scrollWidth > frame.clientWidth + 1)
        found.push(
          `${name}: ${frame.className} ${frame.scrollWidth}×${frame.scrollHeight} in ${frame.clientWidth}×${frame.clientHeight}`,
        )
    found.push(...collisions(panel).map((pair) => `${name}: ${pair}`))
  }
  return found
}

function collisions(panel: HTMLElement): string[] {
  const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT)
  const boxes: { node: Node; text: string; box: DOMRect }[] = []
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent?.trim() ?? ''
    if (text === '' || !node.parentElement?.checkVisibility() || node.parentElement instanceof HTMLOptionElement)
      continue
    const range = document.createRange()
    range.selectNodeContents(node)
    // Line by line: words that run on beside a wrapped text do not lie on it.
    for (const line of range.getClientRects())
      boxes.push({ node, text, box: clipTo(ink(line, text), node.parentElement) })
  }
  const inset = 1
  return boxes.flatMap((a, n) =>
    boxes
      .slice(n + 1)
      .filter((b) => a.node !== b.node)
      .filter((b) => a.box.left + 1 < b.box.right - 1 && b.box.left + 1 < a.box.right - 1)
      .filter((b) => a.box.top + inset < b.box.bottom - inset && b.box.top + inset < a.box.bottom - inset)
      .map((b) => `«${a.text}» on «${b.text}»`),
  )
}

/** What is hidden behind an ellipsis collides with nobody. */
function clipTo(box: DOMRect, element: Element): DOMRect {
  let { left, right, top, bottom } = box
  for (let at: Element | null = element; at; at = at.parentElement) {
    if (getComputedStyle(at).overflow === 'visible') continue
    const frame = at.getBoundingClientRect()
    left = Math.max(left, frame.left)
    right = Math.min(right, frame.right)
    top = Math.max(top, frame.top)
    bottom = Math.min(bottom, frame.bottom)
  }
  return new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top))
}

function background(element: Element): Rgb {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const [r, g, b, alpha] = channels(getComputedStyle(at).backgroundColor)
    if (alpha > 0.99) return [r, g, b]
  }
  return [0, 0, 0]
}

function channels(words: string): [number, number, number, number] {
  const [r = 0, g = 0, b = 0, a = 1] = (words.match(/[\d.]+/g) ?? []).map(Number)
  return words === 'transparent' ? [0, 0, 0, 0] : [r, g, b, a]
}
const parse = (words: string): Rgb => {
  const [r, g, b] = channels(words)
  return [r, g, b]
}

function luminance(colour: Rgb): number {
  const [r = 0, g = 0, b = 0] = colour.map((value) => {
    const part = value / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
/** WCAG 2.x relative luminance. */
function contrast(a: Rgb, b: Rgb): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}
