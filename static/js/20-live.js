// Live pages: the server says which rows are different now and sends rows of the feed; this puts
// them where they belong. It never moves the focus, never scrolls a tree, and on pause holds still.
{
  const ROWS_MAX = 200, ROOTS_MAX = 400, FEED_MAX = 1000, STREAMS_MAX = 4, NEAR_PX = 48
  const BATCH_MS = 250, POLL_MS = 5e3, HIDDEN_MS = 1e4, SAY_MS = 1e4, GLANCE_MS = 2e4
  const pill = $('pill'), root = document.documentElement
  const count = (n, what) => n + ' new ' + what + (n === 1 ? '' : 's')
  let kind, session, filter, cursor, fed, source, free, wake, state, seen, waiting, fresh

  // Changes the page and leaves the focus where it was.
  function still(change) {
    const had = active(), item = had.closest('li')?.id
    change()
    if (active() !== had) (had.isConnected ? had : one('.l', $(item)))?.focus({ preventScroll: true })
  }
  let said = 0, later
  // Said aloud now and then only, and no more than the last of it.
  function tell(text) {
    clearTimeout(later)
    later = setTimeout(() => { said = Date.now(); say(text) }, said + SAY_MS - Date.now())
  }
  function show(now = state) {
    state = now
    if (now === 'Live') seen = new Date().toLocaleTimeString()
    pill.textContent = paused ? `Paused, ${waiting} waiting` : now === 'Live' || !seen ? now : `${now}, showing ${seen}`
    pill.className = paused ? 'held' : now.toLowerCase()
  }
  function more(text) {
    $('new').hidden = !text
    $('new').textContent = text
  }

  // ---- trees: rows are asked for in batches, one request at a time
  const queue = new Set(), strangers = new Set()
  let busy
  const no = item => parseInt(item.id.slice(2), 36)
  const tree = () => one('[data-tree]')
  // Above whoever is among orphans there is room: one of them may wait for it.
  const isTop = () => active().closest('.orphans') || scrollY <= NEAR_PX && !tree().contains(active())
  function hurry(wait = BATCH_MS) {
    if (!busy && queue.size) busy = setTimeout(rows, wait)
  }
  async function rows() {
    const ids = [...queue].slice(0, ROWS_MAX), q = asked('q')
    let wait
    if (!paused) try {
      ids.forEach(id => queue.delete(id))
      const items = made(await get(url('/f/rows', { ids: ids.join('.'), q, compact: one('.compact') && 1 })))
      if (paused) throw 0
      const mine = items.find(item => $(item.id)?.matches('.orphan:focus-within'))
      still(() => {
        // Roots first: one of them may be the parent that an orphan waited for.
        items.filter(item => !item.dataset.of && item !== mine).sort((one, other) => !other.dataset.p - !one.dataset.p).forEach(patch)
        for (const id of ids) {
          if (/~/.test(id)) refold(row(id), items.filter(item => item.dataset.of === id), swap)
          if (!q && !items.some(item => item.id === 'n-' + id)) row(id)?.remove()
        }
      })
      if (mine) await adopt(mine, patch, still)
    } catch {
      ids.forEach(id => queue.add(id))
      wait = POLL_MS
    }
    busy = 0
    if (!paused) hurry(wait)
  }
  function patch(item) {
    const old = $(item.id), p = item.dataset.p, above = p && row(p)
    if (p && !above && old) return swap(old, item)
    const to = p ? list(above) : kind === 'forest' ? item.matches('.orphan') ? one('.orphans [data-tree]') : tree() : null
    if (old && (old.parentElement.closest('li.n[data-v]:not(.fold)') ?? '') === (above ?? '')) return swap(old, item)
    // It is new here, or has moved. Children stand in the order of their numbers.
    const next = to && p ? [...to.children].find(other => other.matches('[id$=more]') || no(other) > no(item)) : to?.firstChild
    if (old && !to && (!p || above)) return p && old.remove()
    if (old) to.insertBefore(old, next ?? null), swap(old, item)
    else if (p && to) {
      to.dataset.total++
      if (!next?.matches('[id$=more]')) to.insertBefore(item, next ?? null)
    } else if (kind === 'forest' && !p) {
      tell('New groups')
      if (tree() && !(to && isTop())) { strangers.add(item.id); more(count(strangers.size, 'group')) }
      else if (!to || to.children[ROOTS_MAX]) location.reload()
      else { to.prepend(item); strangers.delete(item.id) }
    }
  }
  // Only what differs is replaced, so that a selection in the rest stays.
  function swap(old, item) {
    if (BigInt(old.dataset.v) > BigInt(item.dataset.v)) return
    old.className = item.className
    Object.assign(old.dataset, { k: '' }, item.dataset)
    const [was, now] = [old, item].map(at => all(':scope > .r > :not(.kept)', at))
    const is = (a, b) => a.textContent === b.textContent && (a.className === b.className || a.matches('.w'))
    if (was.length !== now.length) one('.r', old).replaceChildren(...now, ...all(':scope > .r > .kept', old))
    else was.forEach((at, n) => is(at, now[n]) || (at.matches('.w') ? at.textContent = now[n].textContent : at.replaceWith(now[n])))
  }

  // ---- the feed
  const isPinned = () => root.scrollHeight - innerHeight - scrollY <= NEAR_PX
  const ungap = at => { while (at()?.matches('.gap:not(.away)')) at().remove() }
  // Puts a row, and the gaps before it, where it belongs; says whether it is a new one. Where nobody
  // follows for long, what is new comes with the newest page.
  function put(row, gaps, at, isFull) {
    const old = $(row.id), before = $('e-' + row.dataset.p), feed = $('feed')
    $('e-' + row.dataset.e)?.remove()
    if (old) {
      ungap(() => old.previousElementSibling)
      row.classList.toggle('here', old.matches('.here'))
      old.replaceWith(...gaps, row)
    } else if (isFull) delete feed.dataset.newest
    else if (at) at.before(...gaps, row)
    else if (before) {
      ungap(() => before.nextElementSibling)
      before.after(...gaps, row)
    } else if (feed.lastElementChild?.matches('.away') || row.dataset.p === '0' && !one('.feed [rel=prev]')) feed.append(...gaps, row)
    return !old && (isFull || row.isConnected)
  }
  function take(items, at) {
    const feed = $('feed'), follows = isPinned(), isFull = !at && !follows && feed.children.length > 2 * FEED_MAX
    let gaps = [], added = 0
    still(() => {
      for (const item of items) {
        if (item.matches('.away')) at ? at.replaceWith(item) : feed.append(item)
        else if (item.matches('.gap')) gaps.push(item)
        else { added += put(item, gaps, at, isFull); gaps = [] }
      }
      if (follows) while (feed.children.length > FEED_MAX) feed.firstChild.remove()
    })
    if (!added || at) return
    tell(count(fresh += added, 'event'))
    if (follows) newest()
    else more(count(fresh, 'event'))
  }
  // What there was no room for is seen to be missing, and can be fetched.
  hears('click', async event => {
    const gap = event.target.closest('.away'), link = event.target.closest('.away a')
    if (!link) return
    event.preventDefault()
    const items = made(await get(link.href).catch(() => ''))
    if (!items.length) return tell('Not loaded')
    take(items, gap)
    if (!items.some(item => item.matches('.away'))) gap.remove()
  })

  // ---- what the server says
  const on = {
    dirty({ n }) {
      for (const [id, above] of n) {
        const isRoot = !above && kind === 'forest' && !strangers.has('n-' + id) && !/[?&](after=.|sort=(?!last))/.test(location.search)
        // Whether a row that is not there matches the filter, only a new page tells.
        const fold = foldOf(id, above)
        if (fold) queue.add(idOf(fold))
        if (row(id) || !fold && !asked('q') && (list(row(above)) || isRoot)) queue.add(id)
      }
      hurry()
    },
    all() {
      all('li[data-v]').forEach(item => queue.add(idOf(item)))
      hurry()
    },
    ev: ({ html }) => $('feed') && take(made(html)),
    txt({ t }) {
      for (const id in t) {
        const at = $(id), [text, name] = [].concat(t[id])
        if (!at || at.textContent === text) continue
        at.textContent = text
        at.title = ''
        if (name != null) at.className = name
      }
    },
    say: ({ t }) => tell(t),
    reset() {
      const at = document.body.dataset.build + cursor
      if (sessionStorage.reset === at) return
      sessionStorage.reset = at
      location.reload()
    },
  }
  function hear(name, event) {
    const data = JSON.parse(event.data), at = BigInt(data.id ?? (event.lastEventId || 0))
    if (paused) {
      waiting += data.html?.split('<li id="e-').length - 1 || kind === 'forest' && data.n?.length || 0
      return show()
    }
    if (name === 'ev') {
      if (at <= fed) return
      fed = at
    }
    if (name === 'dirty' || name === 'all') {
      if (at <= cursor) return
      cursor = at
      for (const pos of all('.pos')) pos.textContent = '#' + at.toLocaleString('en')
    }
    on[name](data)
  }

  // ---- the stream: in visible tabs, at most four a browser, else a question now and then
  async function lock() {
    for (let n = 0; navigator.locks && !free && n < STREAMS_MAX; n++) {
      await new Promise(tell => navigator.locks.request('sse-' + n, { ifAvailable: true }, held => {
        tell()
        return held && new Promise(done => { free = done })
      }))
    }
    return free
  }
  const lost = () => show(navigator.onLine ? 'Reconnecting' : 'Offline')
  async function connect() {
    clearTimeout(wake)
    if (source || !kind || document.hidden) return
    const mine = source = {}
    const got = await lock()
    if (source !== mine) return source || close()
    if (!got) return poll(mine)
    const stream = source = new EventSource(url('/live', { v: kind, s: session, k: filter, after: cursor + '', b: document.body.dataset.build }))
    stream.onopen = () => { seen && glance(); show('Live') }
    stream.onerror = () => {
      lost()
      if (stream.readyState === 2) { close(); wake = setTimeout(connect, 3e3 + Math.random() * 4e3) }
    }
    for (const name in on) stream.addEventListener(name, event => source === stream && hear(name, event))
  }
  const look = async () => JSON.parse(await get(url('/f/head', { after: cursor + '', v: kind, s: session })))
  async function poll(mine) {
    try {
      const { head, n, t } = await look()
      const html = session && await get(url('/f/events', { s: session, k: filter, after: fed + '' }))
      if (!paused) {
        n === 'all' ? on.all() : on.dirty({ n })
        on.ev({ html })
        on.txt({ t })
        cursor = fed = BigInt(head)
      }
      show('Live')
    } catch { lost() }
    if (source !== mine) return
    source = null
    wake = setTimeout(connect, POLL_MS)
  }
  // Who is silent for too long changes without an event: only a look at the clock tells.
  function glance() {
    if (!source || paused) return
    all('li[data-v]:has(> .r > :is(.run, .quiet, .stall, .wait, .idle))').forEach(item => queue.add(idOf(item)))
    hurry()
    look().then(on.txt, () => 0)
  }
  setInterval(glance, GLANCE_MS)
  function close() {
    clearTimeout(wake)
    source?.close?.()
    free?.()
    source = free = null
  }
  function pause() {
    pill.ariaPressed = paused = !paused
    waiting = 0
    show()
    // What was held back is not kept here: the server says it again.
    if (!paused) { close(); connect(); hurry() }
  }
  newest = () => {
    if (kind === 'forest') {
      scrollTo(0, 0)
      strangers.forEach(id => queue.add(id.slice(2)))
      hurry()
    } else if ('newest' in $('feed').dataset) scrollTo(0, root.scrollHeight)
    else location = one('.views a').href
    fresh = 0
    more('')
  }
  // Again whenever another session is put into the page.
  function start() {
    const was = kind + session + filter
    const { dataset } = one('main'), at = asked('at')
    kind = at ? '' : dataset.live
    session = dataset.session
    filter = asked('k')
    if ($('new')) $('new').onclick = newest
    if (source && was === kind + session + filter) return
    close()
    cursor = fed = BigInt(document.body.dataset.cursor ?? 0)
    pill.hidden = !kind && !at
    pill.disabled = !!at
    fresh = waiting = 0
    show(at ? 'As of #' + at : 'Connecting')
    connect()
  }
  let hide
  hears('visibilitychange', () => {
    clearTimeout(hide)
    if (document.hidden) hide = setTimeout(close, HIDDEN_MS)
    else connect()
  })
  addEventListener('pagehide', close)
  addEventListener('pageshow', connect)
  addEventListener('online', () => { close(); connect() })
  addEventListener('scroll', () => { if (fresh && isPinned()) newest() }, { passive: true })
  hears('banyan:page', start)
  pill.onclick = pause
  start()
}
