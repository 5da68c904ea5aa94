"""A Grid Engine that is played: it answers as qconf, qmod, qstat and qhost were seen to."""

from pathlib import Path

from tests.unit.roles.gridengine.programs import load

qmaster = load("qmaster")
LISTS = {"-sel": "execution host", "-sh": "administrative host", "-ss": "submit host", "-sconfl": "config"}
GONE = {"-de": "-sel", "-dh": "-sh", "-ds": "-ss", "-dconf": "-sconfl"}
Answer = tuple[int, str]


class Engine:
    """qmaster's state, and `run` to stand in for `qmaster.run`."""

    def __init__(self) -> None:
        self.hosts: dict[str, list[str]] = {word: [] for word in LISTS}
        self.hosts["-sh"] = ["frontend001"]
        self.objects: dict[str, dict[str, str]] = {kind: {} for kind in qmaster.KINDS}
        self.capacities: dict[str, str] = {}
        self.tables = {
            "-sc": "#name shortcut\narch a STRING == YES NO NONE 0\nmem_free mf MEMORY <= YES NO 0 0\n# end\n",
            "-ssconf": "schedule_interval 0:0:15\nflush_submit_sec 0\nflush_finish_sec 0\n",
            "-sconf": "#global:\nmin_uid 1000\nmax_u_jobs 0\n",
        }
        self.used: dict[str, int] = {}
        self.disabled: set[str] = set()
        self.silent: set[str] = set()
        self.unqueued: set[str] = set()
        # What becomes of a job on a host: nothing said, it runs; else its state, and what qmaster says of it.
        self.bad: dict[str, tuple[str, str]] = {}
        self.jobs: dict[str, str] = {}
        self.changes: list[tuple[str, ...]] = []

    def run(self, program: str, *words: str) -> Answer:
        if program != "qconf":
            return getattr(self, program)(*words)  # type: ignore[no-any-return]
        word, *rest = words
        for kind, name in ((kind, name) for name, kind in qmaster.KINDS.items()):
            if word in (kind.list, kind.show):
                return self.show(name, word == kind.list, *rest)
            if word in (kind.add, kind.change, kind.delete):
                return self.change(name, word[1], *rest)
        if word in LISTS:
            names = self.hosts[word]
            return (0, "\n".join(names) + "\n") if names else (1, f"no {LISTS[word]} defined\n")
        if word in self.tables:
            return 0, self.tables[word]
        self.changes.append(words)
        return self.host(word, *rest)

    def show(self, kind: str, all_names: bool, *names: str) -> Answer:
        known = self.objects[kind]
        if all_names:
            return (0, "\n".join(known) + "\n") if known else (1, f"no {kind} list defined\n")
        return (0, known[names[0]]) if names[0] in known else (1, f"{kind} {names[0]} does not exist\n")

    def change(self, kind: str, letter: str, argument: str) -> Answer:
        self.changes.append((kind, letter, argument))
        known = self.objects[kind]
        if letter == "d":
            return (0, "") if known.pop(argument, None) is not None else (1, "does not exist\n")
        text = Path(argument).read_text(encoding="utf-8")
        words = text.replace("{", "").split()
        name = words[1]
        if (name in known) == (letter == "A"):
            return 1, f"{kind} {name} already exists or does not\n"
        if "refuse-me" in text:
            return 1, "error: can't resolve\n"
        known[name] = text
        return 0, ""

    def host(self, word: str, *rest: str) -> Answer:
        """Everything that is changed about hosts, and the tables."""
        name = rest[-1]
        for table in ("-sc", "-ssconf", "-sconf"):
            if word == table.replace("-s", "-M", 1):
                self.tables[table] = Path(name).read_text(encoding="utf-8")
                return 0, ""
        if word in ("-ah", "-as"):
            self.hosts[word.replace("a", "s")] += name.split(",")
        elif word == "-Ae":
            found = qmaster.settings(Path(name).read_text(encoding="utf-8"))
            self.hosts["-sel"].append(found["hostname"])
            self.capacities[found["hostname"]] = found["complex_values"]
        elif word == "-se":
            self.changes.pop()
            return 0, f"hostname {name}\ncomplex_values {self.capacities[name]}\n"
        elif word == "-rattr":
            self.capacities[name] = rest[2]
        elif word == "-dattr":
            object_, _, host, group = rest
            kind = {"hostgroup": "host group", "queue": "queue"}[object_]
            self.objects[kind][group] = self.objects[kind][group].replace(f" {host}", "")
        elif word in GONE:
            return self.gone(self.hosts[GONE[word]], name)
        elif word not in ("-ke", "-purge"):
            return 1, f"error: unknown option {word}\n"
        return 0, ""

    def gone(self, listed: list[str], name: str) -> Answer:
        if name not in listed:
            return 1, f'denied: "{name}" does not exist\n'
        listed.remove(name)
        return 0, ""

    def qmod(self, word: str, pattern: str) -> Answer:
        self.changes.append((word, pattern))
        host = pattern.removeprefix("*@")
        (self.disabled.add if word == "-d" else self.disabled.discard)(host)
        return 0, ""

    def qsub(self, *words: str) -> Answer:
        host = words[words.index("-l") + 1].removeprefix("hostname=")
        state, said = self.bad.get(host, ("", ""))
        if state == "refused":
            return 1, f"Unable to run job: {said}\nExiting.\n"
        self.jobs[str(len(self.jobs) + 1)] = host
        return 0, f"{len(self.jobs)}\n"

    def qdel(self, numbers: str) -> Answer:
        self.changes.append(("qdel", numbers))
        return 0, ""

    def qstat(self, *words: str) -> Answer:
        if words[0] == "-j":
            return 0, self.bad[self.jobs[words[1]]][1]
        if words == ("-xml",):
            found = {number: self.bad[host][0] for number, host in self.jobs.items() if host in self.bad}
            listed = "".join(
                f"<job_list><JB_job_number>{number}</JB_job_number><state>{state}</state></job_list>"
                for number, state in found.items()
            )
            return 0, f"<job_info>{listed}</job_info>"
        rows = "".join(
            f"<Queue-List><name>all.q@{name}</name><slots_used>{self.used.get(name, 0)}</slots_used>"
            f"<slots_total>2</slots_total><state>{'d' * (name in self.disabled)}{'au' * (name in self.silent)}</state>"
            "</Queue-List>"
            for name in self.hosts["-sel"]
            if name not in self.unqueued
        )
        return 0, f"<job_info><queue_info>{rows}</queue_info></job_info>"

    def qhost(self, *words: str) -> Answer:
        rows = "".join(
            f"<host name='{name}'><hostvalue name='load_avg'>{'-' if name in self.silent else '0.1'}</hostvalue></host>"
            for name in ["global", *self.hosts["-sel"]]
        )
        return 0, f"<qhost>{rows}</qhost>"
