import { computed, onScopeDispose, shallowRef } from 'vue'
import { masking, recallMask, setMask } from '../../live/mask.ts'

/** Tells the server; false = it could not be written down. */
export type TellMask = (masked: boolean) => Promise<boolean>

/** The second press comes within that time. */
const SURE_MS = 5000

/**
 * P masks at once, whatever the network does. To unmask takes a second press and the server's word that it has been
 * written down: until then the wall stays masked.
 */
export function useMask(tell: TellMask | undefined) {
  const words = shallowRef('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let sure = false
  const say = (text: string) => {
    clearTimeout(timer)
    words.value = text
    timer = setTimeout(() => {
      words.value = ''
      sure = false
    }, SURE_MS)
  }
  recallMask()
  onScopeDispose(() => clearTimeout(timer))

  async function press(): Promise<void> {
    if (!masking.value) {
      setMask(true)
      // Hiding needs nobody's leave; that it could not be told is no reason to show.
      void tell?.(true).catch(() => false)
      return say('已遮蔽姓名、车牌与编号')
    }
    if (!sure) {
      sure = true
      return say('再按一次 P 解除遮蔽，将记入审计')
    }
    sure = false
    const kept = (await tell?.(false).catch(() => false)) ?? false
    if (kept) setMask(false)
    say(kept ? '已解除遮蔽，已记入审计' : '未能记入审计，保持遮蔽；网络恢复后再试')
  }
  return { masked: computed(() => masking.value), words, press }
}
