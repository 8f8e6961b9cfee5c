import { onScopeDispose, type Ref, ref, watch } from 'vue'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import type { Severity } from '../../contract/severity.ts'

/** Sound by severity with a timed mute. A mute is never for ever: 5, 15, 30 minutes, then off again. */
export type SoundState = { state: 'on' } | { state: 'blocked' } | { state: 'muted'; until: number }

export const MUTE_STEPS_MIN = [5, 15, 30] as const

/** Pure: what M does next. */
export function nextMute(minutes: number | null): number | null {
  const at = (MUTE_STEPS_MIN as readonly (number | null)[]).indexOf(minutes)
  return MUTE_STEPS_MIN[at + 1] ?? null
}

/** Seconds between repetitions while nobody has acknowledged; null = once. */
const REPEAT_S: Record<Severity, number | null> = { critical: 4, warning: 30, notice: null, info: null }
/** Frequencies in Hz, one after another. `info` makes no sound. */
export const TONES: Record<Severity, readonly number[]> = {
  critical: [880, 660, 880, 660],
  warning: [660, 880],
  notice: [520],
  info: [],
}
const ORDER: readonly Severity[] = ['critical', 'warning', 'notice']

/** Pure: the severity to sound now, the worst first; `heard` = when each severity last sounded, by the ids it was for. */
export function soundDue(
  items: readonly AlertItem[],
  heard: ReadonlyMap<Severity, { at: number; ids: ReadonlySet<string> }>,
  now: number,
): Severity | null {
  for (const severity of ORDER) {
    const waiting = items.filter(
      (item) =>
        item.severity === severity &&
        item.state === 'unacknowledged' &&
        (item.silencedUntil === null || item.silencedUntil <= now),
    )
    if (waiting.length === 0) continue
    const last = heard.get(severity)
    const repeat = REPEAT_S[severity]
    const isNew = waiting.some((item) => !last?.ids.has(item.id))
    if (!last || isNew || (repeat !== null && now - last.at >= repeat * 1000)) return severity
  }
  return null
}

const NOTE_S = 0.18

function play(context: AudioContext, tones: readonly number[]): void {
  tones.forEach((hertz, n) => {
    const start = context.currentTime + n * (NOTE_S + 0.04)
    const oscillator = context.createOscillator()
    const gain = context.createGain()
    oscillator.frequency.value = hertz
    gain.gain.setValueAtTime(0.0001, start)
    gain.gain.exponentialRampToValueAtTime(0.25, start + 0.02)
    gain.gain.exponentialRampToValueAtTime(0.0001, start + NOTE_S)
    oscillator.connect(gain).connect(context.destination)
    oscillator.start(start)
    oscillator.stop(start + NOTE_S + 0.02)
  })
}

/** Sounds what is due each second. The browser may want a key or a touch first: then the top bar says so. */
export function useSound(items: () => readonly AlertItem[], now: Ref<number>) {
  const sound = ref<SoundState>({ state: 'on' })
  const heard = new Map<Severity, { at: number; ids: ReadonlySet<string> }>()
  let minutes: number | null = null
  let context: AudioContext | null = null

  function wake(): void {
    context ??= new AudioContext()
    void context.resume()
  }
  function mute(): void {
    minutes = nextMute(minutes)
    sound.value = minutes === null ? { state: 'on' } : { state: 'muted', until: now.value + minutes * 60_000 }
  }
  function tick(): void {
    if (sound.value.state === 'muted' && sound.value.until > now.value) return
    if (sound.value.state === 'muted') minutes = null
    const severity = soundDue(items(), heard, now.value)
    if (severity && !context) wake()
    const running = context === null || context.state === 'running'
    sound.value = { state: running ? 'on' : 'blocked' }
    if (!severity || !context || !running) return
    const ids = new Set(items().flatMap((item) => (item.severity === severity ? [item.id] : [])))
    heard.set(severity, { at: now.value, ids })
    play(context, TONES[severity])
  }

  watch(now, tick)
  for (const gesture of ['keydown', 'pointerdown'] as const) window.addEventListener(gesture, wake)
  onScopeDispose(() => {
    for (const gesture of ['keydown', 'pointerdown'] as const) window.removeEventListener(gesture, wake)
    void context?.close()
  })
  return { sound, mute }
}
