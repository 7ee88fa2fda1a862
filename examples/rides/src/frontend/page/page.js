'use strict';

const session = Math.random().toString(36).slice(2, 8);
const rides = document.getElementById('rides');
const knobs = document.getElementById('knobs');
const customers = [...document.querySelectorAll('[data-customer]')];
let requests = 0;
// Of the rides since a knob was turned, in milliseconds.
let latencies = [];
let failures = 0;
let longest = 1000;
// A frontend that was away has the knobs of its start again.
let wasAway = false;

function add(parent, tag, text, className) {
  const element = parent.appendChild(document.createElement(tag));
  element.append(text);
  element.className = className ?? '';
  return element;
}

function link(parent, text, href) {
  const element = add(parent, 'a', text);
  element.href = href;
  element.target = '_blank';
  element.rel = 'noopener';
}

// Jaeger's header for baggage without a trace: every service reads it, three calls away too.
function baggage(request) {
  return { 'jaeger-baggage': `session=${session}, request=${request}` };
}

async function ask(customer, request) {
  try {
    const response = await fetch(`dispatch?customer=${customer}`, { headers: baggage(request) });
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    const answer = isJson ? await response.json() : { error: await response.text() };
    if (wasAway) readKnobs();
    return { ...answer, status: response.status };
  } catch (error) {
    wasAway = true;
    return { error: `the frontend does not answer (${error.message})` };
  }
}

async function dispatch(button) {
  const request = `${session}-${++requests}`;
  const line = document.createElement('li');
  rides.prepend(line);
  const bar = add(line, 'span', '', 'bar');
  const text = add(line, 'span', `${button.textContent}: looking for a driver …`, 'text');
  const started = performance.now();
  const answer = await ask(button.dataset.customer, request);
  const latency = Math.round(performance.now() - started);
  show(line, text, button.textContent, answer);
  add(line, 'span', `${latency} ms`, 'detail').title = `request ${request}`;
  drawBar(bar, latency);
  if (answer.trace_url) link(line, 'trace', answer.trace_url);
  if (answer.driver) addDriverLinks(line, answer, request);
  summarise(latency, answer.error);
}

function show(line, text, customer, answer) {
  line.classList.toggle('bad', 'error' in answer);
  const price = (answer.price_cents / 100).toFixed(2);
  const failure = answer.status ? `${answer.error} (${answer.status})` : answer.error;
  const ride = `${answer.driver} arrives in ${answer.eta_minutes} min, for ${price}`;
  text.textContent = `${customer}: ${'error' in answer ? failure : ride}`;
}

// All bars have one scale: the longest ride so far.
function drawBar(bar, latency) {
  bar.dataset.latency = latency;
  longest = Math.max(longest, latency);
  for (const each of document.querySelectorAll('.bar[data-latency]')) {
    each.style.width = `${100 * each.dataset.latency / longest}%`;
  }
}

function addDriverLinks(line, answer, request) {
  const query = answer.trace_url.replace(/\/trace\/[^/]*$/, '');
  const tags = encodeURIComponent(JSON.stringify({ driver: answer.driver }));
  link(line, 'by driver', `${query}/search?service=frontend&lookback=1h&limit=20&tags=${tags}`);
  const button = add(line, 'button', 'follow', 'link');
  button.addEventListener('click', () => follow(line, button, answer, request), { once: true });
}

// Where the driver is, until the end of the stream or until it is stopped, which every service's span then says.
async function follow(line, button, answer, request) {
  const stop = new AbortController();
  const place = add(line, 'span', '…', 'detail');
  button.textContent = 'stop';
  button.addEventListener('click', () => stop.abort(), { once: true });
  try {
    const query = new URLSearchParams({ driver: answer.driver, from: answer.from, to: answer.to });
    const response = await fetch(`track?${query}`, { headers: baggage(request), signal: stop.signal });
    const lines = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let part = await lines.read(); !part.done; part = await lines.read()) {
      text += part.value;
      const complete = text.split('\n');
      text = complete.pop();
      for (const position of complete) showPosition(line, place, JSON.parse(position));
    }
  } catch (error) {
    place.textContent = error.name === 'AbortError' ? 'not followed any more' : error.message;
  }
  button.remove();
}

function showPosition(line, place, position) {
  if (position.trace_url) link(line, 'its trace', position.trace_url);
  if (position.location) place.textContent = position.left ? `at ${position.location}` : 'is there';
  if (position.error) place.textContent = position.error;
}

function summarise(latency, error) {
  if (error) failures += 1; else latencies.push(latency);
  latencies.sort((one, other) => one - other);
  const median = latencies[Math.floor((latencies.length - 1) / 2)];
  const failed = failures ? `, ${failures} failed` : '';
  const rides = latencies.length === 1 ? '1 ride' : `${latencies.length} rides`;
  const found = median === undefined ? '' : `: median ${median} ms`;
  document.getElementById('summary').textContent = `${rides}${found}${failed}`;
}

async function readKnobs() {
  const response = await fetch('knobs');
  const values = await response.json();
  wasAway = false;
  for (const input of knobs.elements) {
    const value = values[input.name];
    if (input.type === 'checkbox') input.checked = value; else input.value = value;
  }
}

async function turn(input) {
  const value = input.type === 'checkbox' ? (input.checked ? 'on' : 'off') : input.value;
  const message = document.getElementById('knobs-error');
  try {
    const query = new URLSearchParams({ [input.name]: value });
    const response = await fetch(`knobs?${query}`, { method: 'PUT' });
    message.textContent = response.ok ? '' : await response.text();
    if (!response.ok) return;
  } catch (error) {
    message.textContent = `the frontend does not answer (${error.message})`;
    return;
  }
  latencies = [];
  failures = 0;
  document.getElementById('summary').textContent = '';
  const line = document.createElement('li');
  add(line, 'span', `${input.name} ${value}`, 'turned');
  rides.prepend(line);
}

for (const button of customers) button.addEventListener('click', () => dispatch(button));
document.getElementById('crowd').addEventListener('click', () => {
  // As many as browsers have connections to one address: more would wait here and not in the demo.
  for (let each = 0; each < 6; each++) dispatch(customers[each % customers.length]);
});
knobs.addEventListener('submit', (event) => event.preventDefault());
knobs.addEventListener('change', (event) => turn(event.target));
readKnobs();
