import '../../../web/ui/theme.ts'
import { createPinia } from 'pinia'
import { createApp, h } from 'vue'
import type { Hello } from '../../../contract/live.ts'
import { useClock } from '../../../web/live/clock.ts'
import { useLive } from '../../../web/live/store.ts'
import { useTheme } from '../../../web/ui/use-theme.ts'
import WallScreen from '../../../web/wall/WallScreen.vue'
import { NORMAL } from '../../pictures/fixtures/panels.ts'
import { SCENES, type Scene } from '../../pictures/fixtures/scenes.ts'
import { install } from './measure.ts'

/** `?scene=NAME`: the wall of one picture with a clock that stands. Never part of the shipped build. */
const name = new URLSearchParams(location.search).get('scene') ?? 'normal'
const scene = SCENES[name]
if (!scene) throw new Error(`no scene ${name}`)

let rev = 1
const app = createApp({ render: () => h(WallScreen, { screen: scene.screen ?? null }) }).use(createPinia())
const PICTURED = Object.keys(NORMAL)
const clock = useClock()
const live = useLive()
feed(scene)
app.mount('#app')
install()
Object.assign(window, { churn, change })

/** Many deltas of every panel, each a new value: what a busy hour does to the page. */
async function churn(times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    clock.hold((scene?.now ?? 0) + (n % 20) * 1000)
    for (const [panel, data] of Object.entries(scene?.panels ?? {})) {
      if (data) change(panel, { ...(data as object), ...(panel === 'access' ? { passesToday: n } : {}) })
    }
    await new Promise((resolve) => requestAnimationFrame(() => resolve(null)))
  }
}

/** One delta, as the server would send it. */
function change(panel: string, data: unknown): void {
  live.delta({ rev: ++rev, prevRev: rev - 1, panel, data: structuredClone(data), at: clock.read() })
}

function feed(it: Scene): void {
  const begin = it.frozenAt ?? it.now
  clock.hold(begin)
  if (it.theme) useTheme().set(it.theme)
  if (it.waiting) {
    live.connected({ state: 'connecting', since: it.now - 2000 })
    return
  }
  live.hello(hello(it, begin))
  clock.hold(begin)
  live.snapshot({ rev: 1, at: begin, panels: defined(it.panels) })
  if (it.lostForS) live.connected({ state: 'lost', since: it.now - it.lostForS * 1000 })
  if (it.frozenAt) {
    live.freeze()
    clock.hold(it.now)
    for (const alert of it.later ?? []) live.alert(alert)
  }
}

function hello(it: Scene, serverTime: number): Hello {
  return {
    rev: 1,
    serverTime,
    caps: {
      demo: it.demo === true,
      unit: '示例区人民检察院',
      screen: '01',
      panels: PICTURED.filter((panel) => !it.denied?.includes(panel)),
      denied: it.denied ?? [],
      version: '0',
    },
  }
}

function defined(panels: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(panels).filter(([, data]) => data !== undefined))
}
