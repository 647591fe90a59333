// Keys of the page and the list of them, times that go on, copying. Every key presses a control that
// can be seen: where there is none, or it is off, the key does nothing and is not listed.
'use strict'
{
  const LEADER_MS = 1500, AGO_MS = 1e4
  const one = what => document.querySelector(what), all = what => [...document.querySelectorAll(what)]
  const page = document.documentElement
  const made = (name, text, given) => Object.assign(document.createElement(name), { textContent: text }, given)
  const tell = text => { one('#live-status').textContent = text }
  const copy = async text => { await navigator.clipboard.writeText(text); tell('Copied') }

  // ---- controls that only a script can serve
  let event
  function step(by) {
    const rows = all('.events .say > .l'), here = rows.indexOf(rows.includes(document.activeElement) ? document.activeElement : event ?? one('.here .say > .l'))
    event = rows[here < 0 ? by < 0 ? rows.length - 1 : 0 : here + by] ?? event
    event?.focus()
  }
  function theme() {
    const to = { auto: 'light', light: 'dark', dark: 'auto' }[page.dataset.theme], was = /(?:^|; )ui="?([^;"]+)/.exec(document.cookie)?.[1] ?? 'v1'
    document.cookie = `ui=${was.replace(/\.t:\w+/, '')}.t:${to};path=/;max-age=31536000;samesite=lax`
    page.dataset.theme = to
    tell('Theme: ' + to)
  }
  const side = () => page.classList.toggle('noside')
  function help() {
    const at = made('dialog', '', { id: 'keys', onclose: () => at.remove() })
    const names = made('dl')
    const off = page.dataset.keys === 'off'
    const list = one('[role=tree]') ? [...KEYS, ...TREE] : KEYS
    for (const [key, what, find] of list) {
      if (find && (off || !usable(find))) continue
      const line = names.appendChild(made('div')), dt = line.appendChild(made('dt'))
      key.split(' ').forEach(part => dt.append(made('kbd', part), ' '))
      line.append(made('dd', what))
    }
    at.append(made('h2', off ? 'Keys (single keys are off)' : 'Keys'), names, made('button', 'Close', { className: 'button', onclick: () => at.close() }))
    document.body.append(at)
    at.showModal()
  }

  const KEYS = [
    ['/', 'Filter', '#filter'],
    ['?', 'This list', '#k-help'],
    ['g s', 'Sessions', '.bar nav [href="/"]'],
    ['g l', 'Alerts', '.bar nav [href="/alerts"]'],
    ['g t', 'Timeline', '.views [href*="/timeline"]'],
    ['j', 'Next event', '#k-next'],
    ['k', 'Previous event', '#k-back'],
    ['Enter', 'Show the event', '.events .l'],
    ['x', 'Close the event', '.insp nav a:last-child'],
    ['e', 'Errors only', '.tabs [href*="k=err"]'],
    ['.', 'Newest', '#k-last'],
    ['p', 'Pause or resume', '#pill:enabled'],
    ['c', 'Copy link', '#k-link'],
    ['t', 'Next theme', '#k-theme'],
    ['\\', 'Show or hide the tree', '#k-side'],
  ]
  const TREE = [
    ['↑ ↓', 'In a tree: row by row'],
    ['← →', 'Close and open, up and down a level'],
    ['Home End', 'First and last row'],
    ['*', 'Open all beside it'],
    ['Space', 'Open or close'],
    ['F8', 'Next problem, with Shift the one before'],
  ]
  const usable = find => all(find).find(at => at.checkVisibility())

  let leader = '', since
  document.addEventListener('keydown', press => {
    if (page.dataset.keys === 'off' || press.defaultPrevented || press.ctrlKey || press.altKey || press.metaKey) return
    if (press.target.closest('input, textarea, select, dialog, [role=tree]')) return
    const key = press.timeStamp - since < LEADER_MS ? leader + press.key : press.key
    leader = key === 'g' ? 'g ' : ''
    since = press.timeStamp
    const find = KEYS.find(([name]) => name === key)?.[2], control = find && key !== 'Enter' && usable(find)
    if (!control) return
    press.preventDefault()
    control.matches('input') ? control.focus() : control.click()
  })

  // ---- times
  function ago(then) {
    const past = Math.trunc((Date.now() - then) / 1e3), s = Math.abs(past)
    const text = s < 60 ? s + ' s' : s < 3600 ? (s / 60 | 0) + ' min' : s < 86400 ? (s / 3600 | 0) + ' h' : s < 2592e3 ? (s / 86400 | 0) + ' d' : ''
    return s < 5 ? 'now' : text && (past < 0 ? 'in ' + text : text + ' ago')
  }
  function took(since) {
    const s = Math.max(0, (Date.now() - since) / 1e3 | 0), two = n => String(n).padStart(2, 0)
    return s < 60 ? s + ' s' : s < 3600 ? `${s / 60 | 0}m ${two(s % 60)}s` : `${s / 3600 | 0}h ${two((s % 3600) / 60 | 0)}m`
  }
  const write = (at, text) => { if (text && at.textContent !== text) at.textContent = text }
  const goes = () => !document.hidden && !window.banyan?.paused && !/[?&]at=/.test(location.search)
  setInterval(() => goes() && page.dataset.times !== 'absolute' && all('time[data-rel]').forEach(at => write(at, ago(new Date(at.dateTime)))), AGO_MS)
  setInterval(() => goes() && page.dataset.times !== 'absolute' && all('.took[title="running for"]').forEach(at => write(at, took(new Date(at.previousElementSibling.dateTime)))), 1e3)

  // Again whenever another session is put into the page.
  function dress() {
    const put = (to, id, text, label, onclick) => to && !one('#' + id) && to.append(made('button', text, { id, onclick, ariaLabel: label, className: 'k' }))
    const bar = one('.bar'), tabs = one('.tabs'), views = one('.page .views')
    if (navigator.clipboard) put(bar, 'k-link', 'Copy link', '', () => copy(location.href))
    put(bar, 'k-theme', '◐', 'Theme', theme)
    put(bar, 'k-help', '?', 'Keys', help)
    put(tabs, 'k-back', '↑', 'Previous event', () => step(-1))
    put(tabs, 'k-next', '↓', 'Next event', () => step(1))
    put(tabs, 'k-last', 'Newest', '', () => window.banyan.newest())
    put(views, 'k-side', 'Tree', '', side)
    if (navigator.clipboard) all('.insp pre:not(:has(+ .k))').forEach(pre => pre.after(made('button', 'Copy', { className: 'k', onclick: () => copy(pre.textContent) })))
    if (page.dataset.keys !== 'off') for (const [key, , find] of KEYS) usable(find)?.setAttribute('aria-keyshortcuts', key)
  }
  document.addEventListener('banyan:page', dress)
  dress()
}
