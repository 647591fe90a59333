// Keys of the page and the list of them, times that go on, copying. A key presses the control that
// names it: where there is none, or it is off, the key does nothing and is not listed.
{
  const LEADER_MS = 1500, AGO_MS = 1e4
  const page = document.documentElement, isOff = () => page.dataset.keys === 'off'
  const add = (to, name, textContent = '') => to.appendChild(Object.assign(document.createElement(name), { textContent }))
  const copy = text => navigator.clipboard?.writeText(text).then(() => say('Copied'))
  const keyed = () => all('[data-key]:enabled, a[data-key]').filter(at => at.checkVisibility())

  let event
  function step(by) {
    const rows = all('.events .say > .l'), here = rows.indexOf(rows.includes(active()) ? active() : event ?? one('.here .say > .l'))
    event = rows[here < 0 ? by < 0 ? rows.length - 1 : 0 : here + by] ?? event
    event?.focus()
  }
  function theme() {
    const to = { auto: 'light', light: 'dark' }[page.dataset.theme] ?? 'auto', was = /(?:^|; )ui="?([^;"]+)/.exec(document.cookie)?.[1] ?? 'v1'
    document.cookie = `ui=${was.replace(/\.t:\w+/, '')}.t:${to};path=/;max-age=33333333;samesite=lax`
    page.dataset.theme = to
    say('Theme: ' + to)
  }
  function help() {
    const at = add(document.body, 'dialog'), line = (keys, what) => {
      const name = add(names, 'div'), dt = add(name, 'dt')
      keys.split(' ').forEach(key => add(dt, 'kbd', key))
      add(name, 'dd', what)
    }
    at.id = 'k-list'
    at.onclose = () => at.remove()
    add(at, 'h2', 'Keys' + (isOff() ? ' are off' : ''))
    const names = add(at, 'dl')
    if (!isOff()) for (const { dataset: { key, what }, ariaLabel, textContent } of keyed()) line(key, what ?? ariaLabel ?? textContent)
    if (one('.events .l')) line('Enter', 'Show')
    if (one('[role=tree]')) for (const [keys, what] of [['↑ ↓ Home End', 'row'], ['← → Space', 'open, close'], ['*', 'siblings'], ['F8', 'problem']]) line(keys, 'Tree: ' + what)
    const close = add(at, 'button', 'Close')
    close.className = 'button'
    close.onclick = () => at.close()
    at.showModal()
  }
  const acts = {
    'k-link': () => copy(location.href), 'k-theme': theme, 'k-help': help, 'k-side': () => page.classList.toggle('noside'),
    'k-back': () => step(-1), 'k-next': () => step(1), 'k-last': () => newest(),
  }
  hears('click', ({ target }) => {
    acts[target.id]?.()
    // What is shown may be a part only.
    if ('copy' in target.dataset) (target.dataset.copy ? get(target.dataset.copy) : Promise.resolve(target.previousElementSibling.textContent)).then(copy, () => say('Failed'))
  })

  let leader = '', since
  hears('keydown', press => {
    if (isOff() || press.defaultPrevented || press.ctrlKey || press.altKey || press.metaKey) return
    if (press.target.closest('input, textarea, select, dialog, [role=tree]')) return
    const key = press.timeStamp - since < LEADER_MS ? leader + press.key : press.key, control = keyed().find(at => at.dataset.key === key)
    leader = key === 'g' ? 'g ' : ''
    since = press.timeStamp
    if (!control) return
    press.preventDefault()
    control.matches('input') ? control.focus() : control.click()
  })

  function ago(then) {
    const past = (Date.now() - then) / 1e3 | 0, s = Math.abs(past)
    const text = s < 60 ? s + ' s' : s < 3600 ? (s / 60 | 0) + ' min' : s < 86400 ? (s / 3600 | 0) + ' h' : s < 2592e3 ? (s / 86400 | 0) + ' d' : ''
    return s < 5 ? 'now' : text && (past < 0 ? 'in ' + text : text + ' ago')
  }
  function took(since) {
    const s = Math.max(0, (Date.now() - since) / 1e3 | 0), two = n => ('0' + n).slice(-2)
    return s < 60 ? s + ' s' : s < 3600 ? `${s / 60 | 0}m ${two(s % 60)}s` : `${s / 3600 | 0}h ${two((s % 3600) / 60 | 0)}m`
  }
  const every = (ms, what, timeOf, write) => setInterval(() => {
    if (document.hidden || paused || page.dataset.times === 'absolute' || asked('at')) return
    for (const at of all(what)) {
      const text = write(new Date(timeOf(at).dateTime))
      if (text && at.textContent !== text) at.textContent = text
    }
  }, ms)
  every(AGO_MS, 'time[data-rel], .r > time', at => at, ago)
  every(1e3, '.took[title^=r]', at => at.previousElementSibling, took)

  // A page on paper says where it is from.
  addEventListener('beforeprint', () => { $('p-url').textContent = location })

  // Again whenever another session is put into the page.
  function dress() {
    for (const at of all('.k')) at.hidden = false
    if (!isOff()) for (const at of all('[data-key]')) at.setAttribute('aria-keyshortcuts', at.dataset.key)
  }
  hears('banyan:page', dress)
  dress()
}
