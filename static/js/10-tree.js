// Trees as people with keyboards and screen readers expect them: the ARIA tree pattern on top of
// the links that the server sent. Branches are loaded when they are opened, once; what is open
// stands in the address.
const OPEN_MAX = 60, SIBLINGS_MAX = 50, TYPE_AHEAD_MS = 500
const TROUBLE = ':is(.fail, .stall, .lost, .wait)'
const canOpen = item => item.dataset.k
const isOpen = item => item.ariaExpanded === 'true'
const hasFailed = item => list(item)?.matches('.failed')
const isShown = item => !item.parentElement.closest('ul[hidden]')
const shown = root => all('li.n', root).filter(isShown)
// How many children a row stands for.
const worth = item => item.matches('.more') ? 0 : item.matches('.fold') ? +item.dataset.k : 1
const size = group => [...group.children].reduce((sum, item) => sum + worth(item), 0)
// The row that had the focus last: where the next problem is looked for from.
let last = null

// Roles promise keys, so they are added here and not by the server. A row is called by its text,
// without the group below it.
function dress(tree) {
  tree.role = 'tree'
  const section = tree.closest('section[aria-labelledby]')
  if (section) tree.setAttribute('aria-labelledby', section.getAttribute('aria-labelledby'))
  else tree.ariaLabel = tree.closest('[aria-label]')?.ariaLabel
  for (const group of [tree, ...all('ul', tree)]) {
    if (group !== tree) group.role = 'group'
    let at = +group.dataset.from || 0
    const kids = [...group.children], total = Math.max(group.dataset.total ?? 0, kids.length)
    for (const kid of kids) {
      kid.ariaSetSize = total
      kid.ariaPosInSet = at + (kid.matches('.more') ? !kid.nextElementSibling : 1)
      at += worth(kid)
    }
  }
  for (const item of all('li.n', tree)) {
    const label = link(item), group = list(item), open = !!group && !group.hidden
    item.role = 'treeitem'
    item.tabIndex = -!!item.tabIndex
    for (const other of all(':scope > .r > a', item)) {
      other.tabIndex = -1
      if (!other.matches('.w')) continue
      other.ariaHidden = true
      other.classList.toggle('open', open)
    }
    if (label.ariaCurrent || item.ariaCurrent) mark(item)
    item.ariaExpanded = item.dataset.k ? String(open) : null
  }
  stop(['[tabindex="0"]', ':target', '[aria-current]', ''].flatMap(what => all('li.n' + what, tree)).find(isShown))
}

function mark(item) {
  link(item).ariaCurrent = null
  item.ariaCurrent = 'page'
  item.firstElementChild.classList.add('here')
}

// Tab leads to one row of each tree.
function stop(item) {
  if (!item) return
  for (const other of all('li.n[tabindex="0"]', treeOf(item))) other.tabIndex = -1
  item.tabIndex = 0
}

function focus(item) {
  if (!item) return
  stop(item)
  if (!item.checkVisibility()) item.closest('details')?.setAttribute('open', '')
  item.focus({ preventScroll: true })
  item.firstElementChild.scrollIntoView({ block: 'nearest' })
}

// So that reload, back and a copied address show the same.
const openRows = () => all('li.n[aria-expanded=true]').filter(isShown).map(idOf).slice(0, OPEN_MAX).join('.')
function remember() {
  const here = new URL(location)
  here.searchParams.set('open', openRows())
  here.searchParams.delete('kids')
  if (/^#n/.test(here.hash)) here.hash = ''
  history.replaceState(history.state, '', here)
}

// Loads windows of children, `3f:200` each, in one request, and puts them where they belong.
async function load(items, rows) {
  for (const item of items) item.ariaBusy = true
  try {
    let count = 0
    const compact = items[0].closest('.compact') && 1
    for (const next of made(await get(url('/f/children', { rows: rows.join('.'), compact, q: asked('q'), at: past() })))) {
      count += all('li.n:not(.more)', next).length
      const item = row(next.dataset.of)
      if (item) merge(item, next)
    }
    say(count === 1 ? '1 child loaded' : count + ' children loaded')
  } catch {
    for (const item of items) if (!list(item)) fail(item)
    say('Not loaded. Right retries')
  }
  for (const item of items) item.ariaBusy = null
}

// Shows a window of children beside the one that is shown, or instead of it.
function merge(item, next) {
  const group = list(item), from = +next.dataset.from
  if (!group || hasFailed(item)) {
    if (group?.contains(active())) focus(item)
    group?.remove()
    return item.append(next)
  }
  const start = +group.dataset.from, end = start + size(group), to = from + size(next)
  const fresh = [...next.children].filter(kid => !row(idOf(kid)) || kid.matches('.more'))
  if (!fresh.some(kid => kid.dataset.v)) return
  // Windows that overlap may have put siblings together in another way.
  const clash = from < end && start < to && [group, next].some(of => of.querySelector(':scope > .fold'))
  if (end < from || to < start || clash) group.replaceChildren(...next.children)
  else if (from < start) {
    row(idOf(item) + '-less')?.remove()
    group.prepend(...fresh.filter(kid => !/more$/.test(kid.id)))
  } else {
    row(idOf(item) + '-more')?.remove()
    return group.append(...fresh.filter(kid => !/less$/.test(kid.id)))
  }
  group.dataset.from = from
}

function fail(item) {
  item.append(...made(`<ul class=failed><li class="n more" id=${item.id}-more><div class=r><a class=l href>Not loaded: ${item.dataset.k} below. Retry`))
}

async function open(...items) {
  const closed = items.filter(item => canOpen(item) && !item.ariaBusy && (!isOpen(item) || hasFailed(item))).slice(0, SIBLINGS_MAX)
  const missing = closed.filter(item => !list(item) || hasFailed(item))
  if (!closed.length) return
  if (missing.length) await load(missing, missing.map(idOf))
  for (const item of closed) if (list(item)) list(item).hidden = false
  dress(treeOf(closed[0]))
  remember()
}

function close(...items) {
  for (const item of items) {
    const group = list(item)
    if (!group) continue
    if (group.contains(active())) focus(item)
    if (hasFailed(item)) group.remove()
    else group.setAttribute('hidden', 'until-found')
  }
  dress(treeOf(items[0]))
  remember()
}

const toggle = item => isOpen(item) ? close(item) : open(item)

// The next problem, wherever it is: the server knows the way to what is not on the page. `step`
// is 1 or -1.
async function trouble(step) {
  const item = active().closest('li.n') ?? (last?.isConnected ? last : one('li.n[aria-current]'))
  const from = item?.matches('.more') ? parent(item) : item, start = from && idOf(from).split('~')[0]
  const roots = all('[data-tree] > li.n:not(.more)'), own = roots.findIndex(root => root.contains(from))
  const key = step > 0 ? 'after' : 'before'
  let found = own < 0 ? null : await way(roots[own], key, start)
  for (let at = own < 0 && step < 0 ? roots.length - 1 : own + step; !found && roots[at]; at += step) {
    const root = roots[at], bad = link(root).matches(TROUBLE)
    if (bad && step > 0) return focus(root)
    if (bad || one(':scope > .r > .b' + TROUBLE, root)) found = await way(root, key, step > 0 ? idOf(root) : '')
  }
  if (!found) return say('No further problem')
  const next = at => found.path[at + 1]?.[0] ?? found.row
  const missing = found.path.filter((_, at) => !row(next(at)))
  const there = missing.map(([of]) => row(of)).filter(Boolean)
  if (missing.length) await load(there, missing.map(window => window.join(':')))
  for (const [of] of found.path) if (row(of) && list(row(of))) list(row(of)).hidden = false
  all('[data-tree]').forEach(dress)
  remember()
  focus(row(found.row))
}

async function way(root, key, value) {
  const found = await get('/f/trouble?' + new URLSearchParams({ within: idOf(root), [key]: value, at: past() || '' })).then(JSON.parse, () => null)
  return found?.row && found
}

let typed = '', typedAt = 0
function typeAhead(key, item, rows, now) {
  typed = (now - typedAt < TYPE_AHEAD_MS ? typed : '') + key.toLowerCase()
  typedAt = now
  const at = rows.indexOf(item) + (typed.length === 1)
  focus([...rows.slice(at), ...rows.slice(0, at)].find(other => one('bdi', link(other))?.textContent.split(' × ').pop().toLowerCase().startsWith(typed)))
}

// Opens the highest closed rows at or below `item`.
function deepen(item) {
  const depth = of => parent(of) ? depth(parent(of)) + 1 : 0
  const closed = [item, ...shown(item)].filter(of => canOpen(of) && !isOpen(of))
  const least = Math.min(...closed.map(depth))
  return open(...closed.filter(of => depth(of) === least))
}

// The next or previous window of a long list of children, in place of the row that leads to it.
async function more(item) {
  const owner = parent(item), kids = new URL(link(item).href).searchParams.get('kids')
  const [before, after] = [item.previousElementSibling, item.nextElementSibling]
  const focused = item.contains(active())
  await load([owner], [kids])
  dress(treeOf(owner))
  if (focused) focus(before ? before.nextElementSibling : after.previousElementSibling)
}

const KEYS = {
  ArrowDown: (item, rows) => focus(rows[rows.indexOf(item) + 1]),
  ArrowUp: (item, rows) => focus(rows[rows.indexOf(item) - 1]),
  Home: (item, rows) => focus(rows[0]),
  End: (item, rows) => focus(rows.at(-1)),
  ArrowRight: (item, rows, shift) => shift ? deepen(item) : isOpen(item) && !hasFailed(item) ? focus(shown(item)[0]) : open(item),
  ArrowLeft: (item, rows, shift) => isOpen(item) ? close(...(shift ? shown(item).filter(isOpen).reverse() : []), item) : focus(parent(item)),
  ' ': item => canOpen(item) ? toggle(item) : item.matches('.more') && link(item).click(),
  Enter: item => link(item).click(),
  '*': item => open(...item.parentElement.children),
  Escape: () => $('filter')?.focus(),
}

hears('keydown', event => {
  const item = event.target, { key } = event
  if (key === 'F8') trouble(event.shiftKey ? -1 : 1)
  else if (!item.matches('[data-tree] li.n') || event.altKey || event.metaKey) return
  else if (event.ctrlKey) {
    if (key !== 'Enter') return
    window.open(link(item).href)
  } else if (KEYS[key]) {
    typed = ''
    KEYS[key](item, shown(treeOf(item)), event.shiftKey)
  } else if (/^[\p{L}\p{N}]$/u.test(key)) typeAhead(key, item, shown(treeOf(item)), event.timeStamp)
  else return
  event.preventDefault()
})

hears('click', event => {
  if (event.target.closest('[data-trouble]')) return trouble(event.shiftKey ? -1 : 1)
  const item = event.target.closest('[data-tree] li.n')
  if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return
  const isLabel = event.target.closest('.l') === link(item)
  if (event.target.closest('.w') || isLabel && item.matches('.fold')) toggle(item), focus(item)
  else if (isLabel && item.closest('.failed')) open(parent(item))
  else if (isLabel && item.matches('.more') && parent(item)) more(item)
  else return
  event.preventDefault()
})

hears('focusin', event => {
  const item = event.target.closest('[data-tree] li.n')
  if (!item) return
  last = item
  if (item === event.target) stop(item)
})

// The browser's own search found something in a closed branch.
hears('beforematch', event => {
  const tree = treeOf(event.target)
  if (!tree) return
  event.target.hidden = false
  dress(tree)
  remember()
})

for (const tree of all('[data-tree]')) {
  dress(tree)
  // Rows that are replaced while the page is live.
  new MutationObserver(() => dress(tree)).observe(tree, { childList: true, subtree: true })
}
for (const button of all('[data-trouble]')) button.hidden = false
