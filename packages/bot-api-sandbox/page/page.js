// A chat as the person in it sees it. Texts become text nodes: nothing that a bot sends is read as HTML.

const ELEMENTS = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
};
const TOAST_MS = 4000;

const find = (id) => document.getElementById(id);
const shown = { chats: '', chat: '' };
/** The chat that is open, from the address, so that it stays after a reload. */
let openChat = Number(location.hash.slice(1)) || undefined;

function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

async function ask(path, body) {
  const request = body && { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`/sandbox/${path}`, request);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

let toastTimer;
function toast(text) {
  const element = find('toast');
  element.textContent = text;
  element.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (element.hidden = true), TOAST_MS);
}

/** Does what a person did, and says what went wrong. */
function act(action) {
  action()
    .then(refresh)
    .catch((error) => toast(error.message));
}

/** Offsets count UTF-16 units, as strings do here. An entity that is not inside of the outer one is left out. */
function format(text, entities, begin, end) {
  const nodes = [];
  let position = begin;
  const inside = entities.filter((entity) => entity.offset >= begin && entity.offset + entity.length <= end);
  for (let index = 0; index < inside.length; index += 1) {
    const entity = inside[index];
    if (entity.offset < position) continue;
    const last = entity.offset + entity.length;
    nodes.push(text.slice(position, entity.offset));
    nodes.push(formatEntity(entity, format(text, inside.slice(index + 1), entity.offset, last)));
    position = last;
  }
  return [...nodes, text.slice(position, end)];
}

function formatEntity(entity, children) {
  if (entity.type === 'date_time') {
    const time = make('time', '', new Date(entity.unix_time * 1000).toLocaleString());
    time.title = children.map((child) => child.textContent ?? child).join('');
    return time;
  }
  const element = make(ELEMENTS[entity.type] ?? (entity.url ? 'a' : 'span'), entity.type, ...children);
  if (entity.url && /^(https?|tg):/i.test(entity.url)) {
    element.href = entity.url;
    element.target = '_blank';
    element.rel = 'noopener noreferrer';
  }
  return element;
}

function showMessage(message) {
  const { from, text, entities = [], edit_date: editDate, reply_markup: markup } = message;
  const words = make('div', 'text', ...format(text, entities, 0, text.length));
  const item = make('li', from.is_bot ? 'bot' : 'person', words);
  if (editDate) item.append(make('small', '', 'edited'));
  for (const row of markup?.inline_keyboard ?? []) {
    const buttons = row.map((button, column) => {
      const element = make('button', '', button.text);
      element.addEventListener('click', () => act(() => press(message.message_id, row[column], element)));
      return element;
    });
    item.append(make('div', 'row', ...buttons));
  }
  return item;
}

async function press(messageId, { text, callback_data: data }, element) {
  element.disabled = true;
  try {
    const body = { messageId, text, data, languageCode: find('language').value };
    const { answer } = await ask(`chats/${openChat}/presses`, body);
    if (answer?.text) toast(answer.text);
  } finally {
    element.disabled = false;
  }
}

async function say(text) {
  await ask(`users/${openChat}/says`, { text, languageCode: find('language').value });
}

function open(chatId) {
  openChat = chatId;
  history.replaceState(null, '', `#${chatId}`);
  shown.chats = shown.chat = '';
  refresh().catch((error) => toast(error.message));
}

function showChats(chats) {
  find('none').hidden = chats.length > 0;
  const items = chats.map(({ chatId, text }) => {
    const button = make('button', '', make('b', '', String(chatId)), make('br'), text);
    button.setAttribute('aria-current', String(chatId === openChat));
    button.addEventListener('click', () => open(chatId));
    return make('li', '', button);
  });
  find('chats').replaceChildren(...items);
}

function showChat(messages) {
  document.querySelector('main').hidden = false;
  find('title').textContent = `User ${openChat}`;
  const list = find('messages');
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 50;
  list.replaceChildren(...messages.map(showMessage));
  if (atEnd) list.scrollTop = list.scrollHeight;
}

/** Draws what has changed alone: a button must not go from under the pointer. */
async function update(name, path, show) {
  const answer = await ask(path);
  const text = JSON.stringify(answer);
  if (shown[name] === text) return;
  shown[name] = text;
  show(answer);
}

async function refresh() {
  await update('chats', 'chats', showChats);
  const chatId = openChat;
  if (chatId === undefined) return;
  await update('chat', `chats/${chatId}`, (messages) => {
    if (chatId === openChat) showChat(messages);
  });
}

async function follow() {
  await refresh().catch(() => toast('The sandbox does not answer.'));
  setTimeout(follow, document.hidden ? 3000 : 500);
}

find('open').addEventListener('submit', (event) => {
  event.preventDefault();
  open(Number(event.target.elements.id.value));
});
find('say').addEventListener('submit', (event) => {
  event.preventDefault();
  const { text } = event.target.elements;
  const words = text.value;
  text.value = '';
  act(() => say(words));
});
find('start').addEventListener('click', () => act(() => say('/start')));
await follow();
