/**
 * Where the panels stand, in design pixels. The defaults are those of config/screens/wall.yaml (a test compares them);
 * a server that sends its own layout in `hello.caps` is obeyed.
 */
export interface Place {
  panel: string
  x: number
  y: number
  w: number
  h: number
}
export interface Screen {
  name: string
  /** Heading of a page that the carousel turns to. */
  title?: string
  width: number
  height: number
  panels: Place[]
}

/** Rows are written [panel, height]; columns stand at x with width w from y down, 12 px apart. */
function column(x: number, w: number, y: number, rows: readonly (readonly [string, number])[]): Place[] {
  let top = y
  return rows.map(([panel, h]) => {
    const place = { panel, x, y: top, w, h }
    top += h + 12
    return place
  })
}

export const SCREENS: readonly Screen[] = [
  {
    name: '16x9',
    width: 1920,
    height: 1080,
    panels: [
      ...column(20, 480, 118, [
        ['terminal', 236],
        ['access', 322],
        ['patrol', 172],
      ]),
      ...column(516, 872, 80, [
        ['zeros', 112],
        ['map', 272],
        ['alerts', 384],
      ]),
      ...column(1404, 496, 118, [
        ['flow', 352],
        ['draw', 234],
        ['review', 144],
      ]),
      { panel: 'petition', x: 20, y: 884, w: 600, h: 160 },
      { panel: 'disclosure', x: 636, y: 884, w: 548, h: 160 },
      { panel: 'sources', x: 1200, y: 884, w: 700, h: 160 },
    ],
  },
  {
    name: '32x9',
    width: 3840,
    height: 1080,
    panels: [
      ...column(20, 480, 80, [
        ['terminal', 236],
        ['access', 366],
        ['patrol', 172],
        ['sources', 166],
      ]),
      ...column(516, 900, 80, [
        ['zeros', 112],
        ['map', 396],
        ['alerts', 444],
      ]),
      ...column(1432, 464, 80, [
        ['cross', 264],
        ['alert-load', 292],
        ['presence', 124],
        ['duty', 260],
      ]),
      ...column(1944, 560, 80, [
        ['flow', 470],
        ['due-calendar', 222],
        ['case-trend', 260],
      ]),
      ...column(2520, 560, 80, [
        ['draw', 316],
        ['fairness', 306],
        ['review', 142],
        ['review-grades', 176],
      ]),
      ...column(3096, 724, 80, [
        ['petition', 162],
        ['petition-changes', 172],
        ['petition-limits', 142],
        ['mediation', 142],
        ['disclosure', 140],
        ['structure', 158],
      ]),
    ],
  },
  {
    name: '16x9-safety',
    title: '安全纵深',
    width: 1920,
    height: 1080,
    panels: [
      { panel: 'terminal', x: 20, y: 118, w: 480, h: 236 },
      { panel: 'access', x: 20, y: 366, w: 480, h: 322 },
      { panel: 'patrol', x: 20, y: 700, w: 480, h: 172 },
      { panel: 'sources', x: 20, y: 884, w: 480, h: 160 },
      { panel: 'zeros', x: 516, y: 118, w: 900, h: 112 },
      { panel: 'map', x: 516, y: 242, w: 900, h: 372 },
      { panel: 'alerts', x: 516, y: 626, w: 900, h: 418 },
      { panel: 'cross', x: 1432, y: 118, w: 468, h: 264 },
      { panel: 'alert-load', x: 1432, y: 394, w: 468, h: 254 },
      { panel: 'presence', x: 1432, y: 660, w: 468, h: 124 },
      { panel: 'duty', x: 1432, y: 796, w: 468, h: 248 },
    ],
  },
  {
    name: '16x9-cases',
    title: '办案与信访',
    width: 1920,
    height: 1080,
    panels: [
      ...column(20, 560, 118, [
        ['flow', 380],
        ['due-calendar', 196],
        ['case-trend', 178],
        ['structure', 136],
      ]),
      ...column(596, 560, 118, [
        ['draw', 306],
        ['fairness', 300],
        ['review', 138],
        ['review-grades', 146],
      ]),
      ...column(1172, 728, 118, [
        ['petition', 168],
        ['petition-changes', 216],
        ['petition-limits', 154],
        ['mediation', 172],
        ['disclosure', 168],
      ]),
    ],
  },
]

/** Which screens take turns: the first is the one that red alerts come back to. */
export interface CarouselPlan {
  of: string
  dwellS: number
  pages: string[]
}
export const CAROUSELS: readonly CarouselPlan[] = [
  { of: '16x9', dwellS: 45, pages: ['16x9', '16x9-safety', '16x9-cases'] },
]

/** The named screen, else the one whose shape is nearest to that of the window. */
export function chooseScreen(screens: readonly Screen[], name: string | null, ratio: number): Screen | undefined {
  const named = screens.find((screen) => screen.name === name)
  if (named) return named
  const distance = (screen: Screen) => Math.abs(Math.log(screen.width / screen.height / ratio))
  return [...screens].sort((a, b) => distance(a) - distance(b))[0]
}

const GAP = 12
export const PIN_HEIGHT = 174
const SLIM_ZEROS = 54
const PINNED_MAP = 256
/** The strip of a frozen wall and what it takes from every column. */
const LIVE_STRIP = { h: 34, bottom: 8, gap: 10 }
/** Panels that give way first when their column loses height. */
const FLEXIBLE = ['access', 'alerts', 'draw', 'alert-load', 'case-trend', 'fairness', 'structure', 'petition-changes']

export interface Arrangement {
  panels: Place[]
  pin: Place | null
  liveStrip: Place | null
  slimZeros: boolean
}

/** Pure: the layout of this moment. A pinned red changes the centre column only; a freeze costs each column a strip. */
export function arrange(screen: Screen, mode: { pinned: boolean; frozen: boolean }): Arrangement {
  const strip = mode.frozen ? stripOf(screen) : null
  const base = strip ? shrink(screen, strip.y - LIVE_STRIP.gap) : screen.panels
  if (!mode.pinned) return { panels: base, pin: null, liveStrip: strip, slimZeros: false }
  const { panels, pin } = makeRoom(base)
  return { panels, pin, liveStrip: strip, slimZeros: true }
}

function stripOf(screen: Screen): Place {
  const { h, bottom } = LIVE_STRIP
  // On the wide wall it stays left of the seam in the middle.
  const w = screen.width > 3000 ? screen.width / 2 - 44 : screen.width - 40
  return { panel: 'live-strip', x: 20, y: screen.height - bottom - h, w, h }
}

/** Takes what reaches below `bottom` off the flexible panels of each column; all below them move up. */
function shrink(screen: Screen, bottom: number): Place[] {
  const lowest = Math.max(...screen.panels.map((place) => place.y + place.h))
  const excess = Math.max(0, lowest - bottom)
  const moved = screen.panels.map((place) => ({ ...place }))
  for (const place of moved) {
    const above = screen.panels.filter((other) => other.y + other.h <= place.y && overlaps(other, place))
    if (above.some((other) => gives(other, screen.panels))) place.y -= excess
    if (gives(place, screen.panels)) place.h -= excess
  }
  return split(moved, excess)
}

const overlaps = (a: Place, b: Place) => a.x < b.x + b.w && b.x < a.x + a.w
const gives = (place: Place, all: readonly Place[]): boolean => {
  const same = all.filter((other) => other.x === place.x && other.w === place.w)
  const first = FLEXIBLE.find((name) => same.some((other) => other.panel === name))
  return place.panel === first
}

/** The alert list keeps its rows: the map above it bears half of what it lost. */
function split(places: Place[], excess: number): Place[] {
  const alerts = places.find((place) => place.panel === 'alerts')
  const map = places.find((place) => place.panel === 'map' && place.x === alerts?.x)
  if (!alerts || !map) return places
  const half = Math.floor(excess / 2)
  map.h -= half
  alerts.y -= half
  alerts.h += half
  return places
}

/** Opens the pinned card at the head of the column of the alert list. */
function makeRoom(places: readonly Place[]): { panels: Place[]; pin: Place | null } {
  const alerts = places.find((place) => place.panel === 'alerts')
  if (!alerts) return { panels: [...places], pin: null }
  const inColumn = places.filter((place) => place.x === alerts.x && place.y <= alerts.y)
  const top = Math.min(...inColumn.map((place) => place.y))
  const bottom = alerts.y + alerts.h
  let y = top + PIN_HEIGHT + GAP
  const heights: Record<string, number> = { zeros: SLIM_ZEROS, map: Math.min(PINNED_MAP, mapRoom(inColumn)) }
  const panels = [...inColumn]
    .sort((a, b) => a.y - b.y)
    .map((place) => {
      const h = place.panel === 'alerts' ? bottom - y : (heights[place.panel] ?? place.h)
      const next = { ...place, y, h }
      y += h + GAP
      return next
    })
  const others = places.filter((place) => !inColumn.includes(place))
  return { panels: [...others, ...panels], pin: { panel: 'pin', x: alerts.x, y: top, w: alerts.w, h: PIN_HEIGHT } }
}

const mapRoom = (column: readonly Place[]) => column.find((place) => place.panel === 'map')?.h ?? PINNED_MAP
