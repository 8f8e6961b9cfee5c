import { countdown } from '../../ui/format.ts'
import type { SoundState } from '../sound.ts'

export function soundWords(sound: SoundState, now: number): string {
  if (sound.state === 'blocked') return '声音 按任意键启用'
  if (sound.state === 'muted') return `静音 ${countdown((sound.until - now) / 1000)}`
  return '声音 开'
}
