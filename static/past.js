// Pages that look back: a slider beside the number of the event.
const form = document.querySelector('[data-scrub]')
const number = form.elements.at
const slider = document.createElement('input')
Object.assign(slider, { type: 'range', min: number.min, max: number.max, value: number.value })
slider.setAttribute('aria-label', 'Event')
// Whoever drags lets go where they want to be; whoever uses keys says so with Enter.
let dragged = false
slider.addEventListener('pointerdown', () => { dragged = true })
slider.addEventListener('input', () => { number.value = slider.value })
slider.addEventListener('change', () => { if (dragged) form.requestSubmit() })
slider.addEventListener('keydown', (event) => {
  dragged = false
  if (event.key === 'Enter') form.requestSubmit()
})
number.addEventListener('input', () => { slider.value = number.value })
form.prepend(slider)
