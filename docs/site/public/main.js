// What belongs together stays on one line: an option ("--horizon"), a date, a number and its unit.
const together = /\d{4}-\d\d-\d\d|\d [%‰]|(?<=\d) (?:µs|ms|s|kB|MB|GB|GB\/s|GFLOP\/s)(?!\w)/g

function keepTogether() {
  const texts = document.createTreeWalker(document.querySelector('article'), NodeFilter.SHOW_TEXT)
  const found = []
  while (texts.nextNode())
    if (!texts.currentNode.parentElement.closest('pre, svg')) found.push(texts.currentNode)

  for (const text of found) {
    const inCode = text.parentElement.localName === 'code'
    const words = inCode ? /[^\s,;]*-[^\s,;]*/g : together
    if (!words.test(text.data)) continue
    words.lastIndex = 0
    const pieces = []
    let end = 0
    for (const match of text.data.matchAll(words)) {
      if (match[0].length > 32) continue
      pieces.push(text.data.slice(end, match.index))
      end = match.index + match[0].length
      if (match[0].includes(' ')) {
        pieces.push(match[0].replace(' ', '\u00a0'))
        continue
      }
      const span = document.createElement('span')
      span.style.whiteSpace = 'nowrap'
      span.textContent = match[0]
      pieces.push(span)
    }
    text.replaceWith(...pieces, text.data.slice(end))
  }
}

// The constructor of a record has the comment of its type: what stands at the top is not said again.
function sayOnce() {
  const top = kind => document.querySelector(`article > .${kind}:not(.level1)`)?.textContent.trim()
  for (const kind of ['summary', 'remarks']) {
    const said = top(kind)
    for (const again of document.querySelectorAll(`article > .level1.${kind}`)) {
      if (!said || again.textContent.trim() !== said) continue
      if (kind === 'remarks') again.previousElementSibling.remove()
      again.remove()
    }
  }
}

// Equations in comments of the libraries are not C#: no line of them ends as one of C# does.
function keepEquations() {
  for (const code of document.querySelectorAll('article .markdown pre > code.lang-csharp'))
    if (!/[;{}(,]\s*$/m.test(code.textContent)) code.className = 'lang-plaintext'
}

export default {
  start() {
    sayOnce()
    keepEquations()
    keepTogether()
  },

  // Code is coloured by the language that its page names; a block that names none (a command line, an output) stays as it is.
  configureHljs: hljs => hljs.configure({ languages: [] }),
}
