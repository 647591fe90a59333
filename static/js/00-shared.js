// What the scripts share. The files of this folder are served as one script with one scope; names
// that only one file needs stand in a block there. Everything works without any of it, page by page.
const $ = id => document.getElementById(id)
const one = (what, root = document) => root?.querySelector(what)
const all = (what, root = document) => [...root.querySelectorAll(what)]
const active = () => document.activeElement
const hears = (what, act) => document.addEventListener(what, act)
const row = id => $('n-' + id)
const list = item => one(':scope > ul', item)
const idOf = item => item.id.slice(2)
const link = item => one(':scope > .r > .l', item)
const parent = item => item.parentElement.closest('li.n')
const treeOf = item => item.closest('[data-tree]')
const asked = key => new URLSearchParams(location.search).get(key)
// The moment that the page shows, where it looks back. The forest is always of now.
const past = () => one('main').dataset.live !== 'forest' && asked('at')
const say = text => { $('live-status').textContent = text }
// HTML of our own server, in which every text of an agent is escaped.
const made = html => {
  const at = document.createElement('template')
  at.innerHTML = html
  return [...at.content.children]
}
const url = (path, given) => path + '?' + new URLSearchParams(Object.entries(given).filter(([, value]) => value))
const get = async path => {
  const answer = await fetch(path)
  if (!answer.ok) throw answer
  return answer.text()
}
// The page holds still; and what leads to its newest part.
let paused, newest
