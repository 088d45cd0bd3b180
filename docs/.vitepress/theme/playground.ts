import { defineComponent, h, onBeforeUnmount, onMounted, ref } from 'vue'
import './playground.css'

/** The playground, which is loaded with its page only. */
export const Playground = defineComponent(() => {
  const place = ref<HTMLElement>()
  let close: (() => void) | undefined
  onMounted(async () => {
    const { mountPlayground } = await import('../../playground/index.ts')
    // Its page may have been left in the meantime.
    if (place.value) close = mountPlayground(place.value)
  })
  onBeforeUnmount(() => close?.())
  return () => h('div', { ref: place, class: 'playground-place' })
})
