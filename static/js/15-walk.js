// Walking through sessions: the tree beside them stays as it is, and pages come back as they were
// left. When anything goes wrong, the link is followed as if there were no script.
{
const page = one('.page'), aside = one('.page .side nav')
const parts = root => all(':scope > :not(.side)', root)
// Which page an address is of, whatever is open on it.
const placeOf = ({ pathname, search }) => {
  const left = new URLSearchParams(search)
  left.delete('open')
  return pathname + left
}
let place = placeOf(location), turn = 0

// Shows what stands on the page at `url` beside the tree that is there.
async function show(url, isNew) {
  const mine = ++turn
  try {
    const next = new DOMParser().parseFromString(await get(url), 'text/html')
    if (mine !== turn) return
    const from = one('.page', next), current = one('.side .here', from).parentElement
    if (isNew) history.pushState(null, '', url)
    place = placeOf(url)
    document.title = next.title
    for (const what of ['body', 'main']) Object.assign(one(what).dataset, one(what, next).dataset)
    const wasThere = aside.contains(active()), isSame = one('li[aria-current]', aside)?.id === current.id
    turnTo(current)
    one('.asof')?.replaceWith(one('.asof', next) ?? '')
    for (const part of parts(page)) part.remove()
    page.className = from.className
    page.append(...parts(from))
    const target = $(url.hash.slice(1))
    if (target) target.scrollIntoView({ block: 'nearest' })
    else if (isNew && !isSame) scrollTo(0, 0)
    if (!wasThere) {
      const at = one('.l', target ?? null) ?? one('h1', page)
      at.tabIndex = at.tabIndex
      at.focus({ preventScroll: true })
    }
    remember()
    say(document.title)
    document.dispatchEvent(new Event('banyan:page'))
  } catch {
    if (isNew) location.assign(url)
    else location.reload()
  }
}

// The session that is shown has another row now; a row that the tree lacks comes with its tree.
function turnTo(current) {
  const tree = one('.tree', aside), item = $(current.id)
  if (!item) tree.replaceChildren(...treeOf(current).children)
  else {
    for (const old of all('li[aria-current]', tree)) {
      old.ariaCurrent = null
      old.firstElementChild.classList.remove('here')
    }
    mark(item)
    for (let above = parent(item); above; above = parent(above)) list(above).hidden = false
  }
  dress(tree)
  stop($(current.id))
  toCurrent()
}

function toCurrent() {
  const here = one('.here', aside)?.getBoundingClientRect(), box = aside.getBoundingClientRect()
  if (here && (here.top < box.top || box.bottom < here.bottom)) aside.scrollTop += here.top - box.top - box.height / 3
}

if (page) {
  hears('click', event => {
    const anchor = event.target.closest('.page a[href^="/s"]')
    if (!anchor || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return
    const url = new URL(anchor.href)
    // Pages of the past have more about them than this replaces.
    if (asked('at') || url.searchParams.has('at')) return
    url.searchParams.set('open', openRows())
    // Other pages of a session.
    if (anchor.matches('.views a, [download]')) anchor.href = url
    else {
      event.preventDefault()
      show(url, true)
    }
  })
  addEventListener('popstate', () => { if (place !== placeOf(location)) show(new URL(location), false) })
}

// Pages come back as they were left, to the row.
const KEY = 'at '
addEventListener('pagehide', () => {
  const top = page || !scrollY ? null : all('[data-tree] .r').find(item => 0 < item.getBoundingClientRect().top && item.checkVisibility())
  const left = [active().closest('li.n')?.id, aside?.scrollTop, top?.parentElement.id, top?.getBoundingClientRect().top]
  sessionStorage.setItem(KEY + placeOf(location), JSON.stringify(left))
})
const isBack = performance.getEntriesByType('navigation')[0]?.type !== 'navigate'
const left = isBack && JSON.parse(sessionStorage.getItem(KEY + place))
if (left) {
  const [focused, scrolled, id, top] = left, item = $(focused), at = $(id)
  if (item) {
    stop(item)
    item.focus({ preventScroll: true })
  }
  if (aside) aside.scrollTop = scrolled
  else if (at) {
    // Groups out of sight would have no height yet.
    treeOf(at).classList.add('whole')
    history.scrollRestoration = 'manual'
    scrollBy(0, at.getBoundingClientRect().top - top)
  }
} else if (aside) toCurrent()
}
