// What the pages do by themselves where a browser lets them: they search as one types, and the overview keeps itself up to date.
(() => {
  'use strict';

  const pause = (wait, action) => {
    let timer = 0;
    return () => { clearTimeout(timer); timer = setTimeout(action, wait); };
  };

  // Puts another state of this page in place of what is shown, and leaves alone what is being typed in.
  const show = async (address, part) => {
    const answer = await fetch(address, { credentials: 'same-origin', headers: { Accept: 'text/html' } });
    if (!answer.ok) {
      if (answer.status === 401) location.reload();
      return false;
    }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const selector of part) {
      const [from, to] = [page.querySelector(selector), document.querySelector(selector)];
      if (from && to) to.replaceChildren(...from.childNodes);
    }
    return true;
  };

  for (const form of document.querySelectorAll('form[data-live]')) {
    let asked = 0;
    const parts = () => {
      const section = form.closest('section');
      return [...section.children].filter(e => e !== form);
    };
    const search = async () => {
      const mine = ++asked;
      const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== '')).toString();
      const address = form.getAttribute('action') + (query ? '?' + query : '');
      try {
        const answer = await fetch(address, { credentials: 'same-origin', headers: { Accept: 'text/html' } });
        if (!answer.ok || mine !== asked) return;
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        const other = page.querySelector('form[data-live]');
        if (!other) return;
        for (const part of parts()) if (part.tagName !== 'H2') part.remove();
        let last = form;
        for (const part of [...other.closest('section').children]) {
          if (part === other || part.tagName === 'H2') continue;
          last.after(part);
          last = part;
        }
        history.replaceState(null, '', address);
      } catch {
        // Without an answer the button still works.
      }
    };
    const soon = pause(200, search);
    form.addEventListener('input', soon);
  }

  const watched = document.querySelector('[data-watch]');
  if (watched) {
    setInterval(() => {
      // Nobody loses his place: not while something in it has the focus, nor while nobody looks.
      if (document.hidden || (watched.contains(document.activeElement) && document.activeElement !== watched)) return;
      show(location.href, ['main', 'footer']).catch(() => {});
    }, Number(watched.dataset.watch) * 1000);
  }
})();
