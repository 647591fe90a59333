// Siblings of a kind that ended well share a row, `n-9a~b3`: the first and the last of them. One that
// turns bad leaves it.
const isIn = (id, of) => {
  const [no] = ends(id), [first, last = first] = ends(of)
  return first <= no && no <= last
}
const ends = id => id.split('~').map(end => parseInt(end, 36))

// The row in which the session `id`, below `above`, stands with others.
const foldOf = (id, above) => [...list(row(above))?.children ?? []]
  .find(item => item.matches('.fold') && isIn(id, idOf(item)))

// Puts what its sessions are now, rows of one or of several, in the place of `old`; those that were
// shown below it stay as they are.
function refold(old, items, swap) {
  if (!old) return
  if (items[0]?.id === old.id) return swap(old, items[0])
  const kids = list(old), focused = old === active()
  const rows = items.map(item => {
    const mine = [...kids?.children ?? []].filter(kid => isIn(idOf(kid), idOf(item)))
    if (!mine.length) return item
    if (!item.matches('.fold')) {
      swap(mine[0], item)
      return mine[0]
    }
    const group = kids.cloneNode()
    group.dataset.total = mine.length
    group.append(...mine)
    item.append(group)
    return item
  })
  old.replaceWith(...rows)
  if (!focused) return
  rows[0].tabIndex = 0
  rows[0].focus({ preventScroll: true })
}

// Moves an orphan that has the focus below its parent, open as it is. The focus goes with it, and the
// page follows.
async function adopt(item, patch, still) {
  const old = $(item.id), above = row(item.dataset.p)
  if (above) await open(above)
  still(() => {
    if (above) $(item.id).replaceWith(old)
    patch(item)
  })
  if (above) focus(active().closest('li.n'))
}
