import '../../../web/ui/theme.ts'
import { createPinia } from 'pinia'
import { createApp, h } from 'vue'
import type { Hello } from '../../../contract/live.ts'
import { PANELS } from '../../../contract/panels/index.ts'
import { useClock } from '../../../web/live/clock.ts'
import { useLive } from '../../../web/live/store.ts'
import { useTheme } from '../../../web/ui/use-theme.ts'
import WallScreen from '../../../web/wall/WallScreen.vue'
import { SCENES, type Scene } from '../../pictures/fixtures/scenes.ts'
import { install } from './measure.ts'

/** `?scene=NAME`: the wall of one picture with a clock that stands. Never part of the shipped build. */
const name = new URLSearchParams(location.search).get('scene') ?? 'normal'
const scene = SCENES[name]
if (!scene) throw new Error(`no scene ${name}`)

const app = createApp({ render: () => h(WallScreen, { screen: scene.screen ?? null }) }).use(createPinia())
const clock = useClock()
const live = useLive()
feed(scene)
app.mount('#app')
install()

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
      panels: Object.keys(PANELS).filter((panel) => !it.denied?.includes(panel)),
      denied: it.denied ?? [],
      version: '0',
    },
  }
}

function defined(panels: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(panels).filter(([, data]) => data !== undefined))
}
