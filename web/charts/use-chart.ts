import { onBeforeUnmount, onMounted, type Ref, watch } from 'vue'
import { echarts } from './echarts.ts'
import { type ChartOption, planUpdate } from './plan.ts'
import { FONT } from './theme.ts'

/**
 * One chart for the life of its panel: made once when mounted, told only what changed, disposed with the panel. The
 * wall is scaled by a transform, so the chart keeps the size of its element in design pixels.
 */
export function useChart(
  element: Readonly<Ref<HTMLElement | null>>,
  option: () => ChartOption,
  size: () => { width: number; height: number },
): void {
  let chart: ReturnType<typeof echarts.init> | null = null
  let shown: ChartOption | null = null

  function update(next: ChartOption): void {
    if (!chart) return
    const plan = planUpdate(shown, next)
    if (plan.kind === 'replace') chart.setOption({ ...BASE, ...next }, { notMerge: true, silent: true })
    else if (plan.kind === 'series') chart.setOption(plan.option, { silent: true })
    shown = next
  }

  onMounted(() => {
    if (!element.value) return
    chart = echarts.init(element.value, null, { renderer: 'svg', ...size() })
    update(option())
  })
  watch(option, update)
  watch(size, (next, before) => {
    if (next.width !== before.width || next.height !== before.height) chart?.resize({ ...next, silent: true })
  })
  onBeforeUnmount(() => {
    chart?.dispose()
    chart = null
  })
}

const BASE = {
  animation: false,
  backgroundColor: 'transparent',
  textStyle: { fontFamily: FONT, fontSize: 15 },
  aria: { enabled: true },
}
