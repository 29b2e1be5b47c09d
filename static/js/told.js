// What Python tells a script stands in the page as data, as `tell` of components/scripts.py draws it.

/** Call `act(values, element)` for each thing that is told under this name: now, or whenever it comes or changes. */
export function onTold(name, act) {
  const elements = document.getElementsByClassName(`travelbot-told-${name}`);
  const done = new WeakMap();
  const look = () => {
    for (const element of [...elements]) {
      const { values } = element.dataset;
      if (done.get(element) !== values) {
        done.set(element, values);
        act(JSON.parse(values), element);
      }
    }
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  look();
}
