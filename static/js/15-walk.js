// Walking through sessions: the tree beside them stays as it is, and pages come back as they were
// left. When anything goes wrong, the link is followed as if there were no script.
{
const { all, row, list, parent, treeOf, dress, mark, stop, focus, say, openRows, remember } = banyan
const page = document.querySelector('.page'), aside = page?.querySelector('.side nav')
const parts = root => all(':scope > :not(.side)', root)
// Which page an address is of, whatever is open on it.
const placeOf = ({ pathname, search }) => {
  const left = new URLSearchParams(search)
  left.delete('open')
  return pathname + left
}
const past = ({ search }) => new URLSearchParams(search).has('at')
let place = placeOf(location), turn = 0

// Shows what stands on the page at `url` beside the tree that is there.
async function show(url, isNew) {
  const mine = ++turn
  try {
    const answer = await fetch(url, { headers: { accept: 'text/html' } })
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html')
    if (mine !== turn) return
    const from = next.querySelector('.page'), current = from.querySelector('.side .here').parentElement
    if (isNew) history.pushState(null, '', url)
    place = placeOf(url)
    document.title = next.title
    for (const what of ['body', 'main']) Object.assign(document.querySelector(what).dataset, next.querySelector(what).dataset)
    const wasThere = aside.contains(document.activeElement), isSame = aside.querySelector('li[aria-current]')?.id === current.id
    turnTo(current)
    document.querySelector('.asof')?.replaceWith(next.querySelector('.asof') ?? '')
    for (const part of parts(page)) part.remove()
    page.className = from.className
    page.append(...parts(from))
    const target = document.getElementById(url.hash.slice(1))
    if (target) target.scrollIntoView({ block: 'nearest' })
    else if (isNew && !isSame) scrollTo(0, 0)
    if (!wasThere) {
      const at = target?.querySelector('.l') ?? page.querySelector('h1')
      at.tabIndex = at.matches('a') ? 0 : -1
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
  const tree = aside.querySelector('.tree'), item = document.getElementById(current.id)
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
  stop(document.getElementById(current.id))
  toCurrent()
}

function toCurrent() {
  const here = aside.querySelector('.here')?.getBoundingClientRect(), box = aside.getBoundingClientRect()
  if (here && (here.top < box.top || box.bottom < here.bottom)) aside.scrollTop += here.top - box.top - box.height / 3
}

if (page) {
  document.addEventListener('click', event => {
    const anchor = event.target.closest('.page a[href^="/s"]')
    if (!anchor || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return
    const url = new URL(anchor.href)
    // Pages of the past have more about them than this replaces.
    if (past(location) || past(url)) return
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
const KEY = 'banyan left '
addEventListener('pagehide', () => {
  const top = !page && all('[data-tree] .r').find(item => 0 < item.getBoundingClientRect().top && item.checkVisibility())
  const left = [document.activeElement.closest('li.n')?.id, aside?.scrollTop, top && top.parentElement.id, top && top.getBoundingClientRect().top]
  sessionStorage.setItem(KEY + placeOf(location), JSON.stringify(left))
})
const isBack = ['reload', 'back_forward'].includes(performance.getEntriesByType('navigation')[0]?.type)
const left = isBack && JSON.parse(sessionStorage.getItem(KEY + place))
if (left) {
  const [focused, scrolled, id, top] = left, item = document.getElementById(focused), at = document.getElementById(id)
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
