import { onBeforeUnmount, type Ref, ref, watch } from 'vue'

/** Inner width of an element without its padding, for a chart that wants pixels. */
export function useWidth(element: Readonly<Ref<HTMLElement | null>>, first = 600): Ref<number> {
  const width = ref(first)
  const observer = new ResizeObserver(([entry]) => {
    if (entry) width.value = Math.max(200, Math.floor(entry.contentRect.width))
  })
  watch(
    element,
    (now, before) => {
      if (before) observer.unobserve(before)
      if (now) observer.observe(now)
    },
    { immediate: true, flush: 'post' },
  )
  onBeforeUnmount(() => observer.disconnect())
  return width
}
