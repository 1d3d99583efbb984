import { element } from './parts.js';

/* What a request left open. The first question counts most; an answer is a choice, a value, or a whole other request. */
export function questions(open, { answered, suggested }) {
  const words = element('input', { id: 'answer', type: 'text', maxlength: 4096, autocomplete: 'off', required: true });
  const one = question => element('li', {}, element('p', { class: 'request' }, question.text),
    element('div', { class: 'choices' }, ...(question.choices || []).map(choice => element('button', { type: 'button', click: () => answered(choice) }, choice))),
    question.suggestion ? element('p', {}, element('span', { class: 'count' }, 'or all at once: '),
      element('button', { type: 'button', class: 'words', click: () => suggested(question.suggestion) }, question.suggestion)) : undefined);
  return element('section', { class: 'questions' }, element('h2', {}, open.length === 1 ? 'One question first' : 'Questions first'),
    element('ul', { class: 'rows' }, ...open.map(one)),
    element('form', { submit: event => { event.preventDefault(); if (words.value.trim()) answered(words.value.trim()); } },
      element('label', { for: 'answer' }, 'Your answer'), element('div', { class: 'line' }, words, element('button', { class: 'main' }, 'Answer'))));
}
