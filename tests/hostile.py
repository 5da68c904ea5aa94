"""Values that mean something to YAML, JSON, HCL, Jinja, a shell or a terminal, and nothing on our road."""

HOSTILE = {
    "double quotes": 'say "hi"',
    "single quotes": "it's",
    "backslashes": r"C:\new\table \\ \u0041",
    "terraform interpolation": '${upper("x")} $${y} ${env.HOME}',
    "terraform directive": "%{ if true }x%{ endif } %%{",
    "jinja expression": "{{ 7 * 7 }} {{ lookup('pipe', 'id') }}",
    "jinja block": "{% for x in [1] %}y{% endfor %}",
    "jinja comment": "a {# gone #} b",
    "jinja unclosed": "}} {{ {%",
    "shell list": "; touch /tmp/ectf-was-here; #",
    "shell substitution": "$(touch /tmp/ectf-was-here) `id` $HOME",
    "shell pipe": "a | b > c & d && e",
    "yaml mapping": "a: b, c: d # e",
    "yaml tag": "!unsafe !vault &a *a",
    "yaml truth": "yes",
    "number": "007",
    "null": "null",
    "ansible vault": "$ANSIBLE_VAULT;1.1;AES256",
    "ansible unsafe": "__ansible_unsafe",
    "spaces": "  both ends  ",
    "accents": "Zürich é e\u0301",
    "emoji": "🦄 👩‍🔬",
    "right to left": "\u202eabc\u202c",
    "separators": "a\u2028b\u2029c\u0085d",
    "byte order mark": "\ufeffx",
    "last character": "\U0010ffff",
    "long": "x" * 65536,
}
# Texts of several lines and control characters: refused in labels, carried in settings and variables.
SEVERAL_LINES = {
    "newlines": "a\nb\n\n  c\n",
    "windows": "a\r\nb\r",
    "yaml document": "---\nb: 1\n...\n",
    "heredoc": "<<EOF\n${x}\nEOF\n",
    "tab and bell": "a\tb\x07\x1b[31mred",
    "delete": "\x7f\x80\x9f",
    "no characters": "\ufffe\uffff",
}
EVERYTHING = {**HOSTILE, **SEVERAL_LINES, "empty": ""}
