/* The timeline: running bars grow, dragging on the small picture zooms, keys follow the links.
   Everything it does has a link on the page; without it the page is complete. */
'use strict';
{
const $ = (selector, root = document) => root.querySelector(selector);
const units = (number) => (number / 100).toFixed(2) + '%';

/* Running bars: their right edge is now. */
let loaded = performance.now();
let chart, grown;
const begin = () => {
  chart = $('#chart');
  loaded = performance.now();
  grown = [...document.querySelectorAll('.grow, .grows, #now')].map((shape) => {
    const name = shape.matches('.grow') ? 'width' : 'x';
    return [shape, name, parseFloat(shape.getAttribute(name)) * 100];
  });
};
const grow = () => {
  if (!chart || !chart.dataset.now || document.hidden) return;
  const { now, end, x } = chart.dataset;
  const passed = performance.now() - loaded;
  if (passed > end - now) return refresh();
  const more = passed * (1e4 - x) / (end - now);
  for (const [shape, name, from] of grown) shape.setAttribute(name, units(from + more));
};
let asking = false;
const refresh = async () => {
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const focused = document.activeElement && document.activeElement.closest('[id]');
    const before = focused && document.activeElement.getAttribute('href');
    $('#tl').replaceWith($('#tl', next));
    begin();
    bind();
    const again = focused && document.getElementById(focused.id);
    if (again && before) ([...again.querySelectorAll('a')].find((a) => a.pathname && a.getAttribute('href') === before) || $('a', again) || again).focus({ preventScroll: true });
  } catch { /* The next second tries again. */ } finally { asking = false; }
};

/* Dragging on the small picture. */
const bind = () => {
  const map = $('#map'), sel = $('#sel');
  if (!map) return;
  let from = null, dragged = false;
  const at = (event) => {
    const box = map.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  map.addEventListener('pointerdown', (event) => {
    if (event.button) return;
    from = at(event);
    dragged = false;
  });
  map.addEventListener('pointermove', (event) => {
    if (from === null) return;
    const to = at(event);
    if (!dragged && Math.abs(to - from) * map.clientWidth < 5) return;
    if (!dragged) map.setPointerCapture(event.pointerId);
    dragged = true;
    sel.setAttribute('x', units(Math.min(from, to) * 1e4));
    sel.setAttribute('width', units(Math.abs(to - from) * 1e4));
  });
  map.addEventListener('pointerup', (event) => {
    if (from !== null && dragged) {
      const start = +map.dataset.from, length = map.dataset.to - start, to = at(event);
      const url = new URL(location.href);
      const stamp = (part) => new Date(Math.round(start + part * length)).toISOString();
      url.searchParams.set('from', stamp(Math.min(from, to)));
      url.searchParams.set('to', stamp(Math.max(from, to)));
      location.assign(url);
    }
    from = null;
  });
  map.addEventListener('pointercancel', () => { from = null; sel.setAttribute('width', 0); });
  map.addEventListener('click', (event) => { if (dragged) event.preventDefault(); }, true);
  map.addEventListener('dragstart', (event) => event.preventDefault());
};

/* Keys: the links that carry them. `,` and `.` walk the rows. */
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.documentElement.dataset.keys === 'off') return;
  if (event.target.closest('input, textarea, select, dialog, [role=tree], [contenteditable]')) return;
  if (event.target.closest('[tabindex="0"]') && event.key.startsWith('Arrow')) return;
  if (event.key === ',' || event.key === '.') {
    const rows = [...document.querySelectorAll('#chart .l')];
    const next = rows.indexOf(document.activeElement) + (event.key === '.' ? 1 : -1);
    if (rows.length) rows[Math.min(rows.length - 1, Math.max(0, next))].focus();
    return event.preventDefault();
  }
  const key = event.key === '=' ? '+' : event.key;
  const link = [...document.querySelectorAll('.tool[aria-keyshortcuts]')].find((tool) => tool.getAttribute('aria-keyshortcuts') === key);
  if (link) { event.preventDefault(); link.click(); }
});

begin();
bind();
setInterval(grow, 1000);
}
