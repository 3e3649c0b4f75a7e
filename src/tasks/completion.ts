/** The part of oclif's manifest that a completion needs. */
export interface Manifest {
  readonly commands: Readonly<Record<string, ManifestCommand>>;
}
interface ManifestCommand {
  readonly summary?: string;
  readonly flags: Readonly<Record<string, ManifestFlag>>;
}
interface ManifestFlag {
  readonly name: string;
  readonly char?: string;
  readonly type: "boolean" | "option";
  readonly options?: readonly string[];
  readonly description?: string;
  readonly summary?: string;
}

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** Words that stand where a command takes an argument, by command; a command without an entry takes files. */
export type Words = Readonly<Record<string, readonly string[]>>;

/** The script that teaches a shell lbctl's commands, flags and words. It never runs lbctl itself. */
export function completion(shell: Shell, manifest: Manifest, words: Words): string {
  return { bash, zsh, fish }[shell](commandsOf(manifest, words));
}

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly ManifestFlag[];
  /** null: files. */
  readonly words: readonly string[] | null;
}

function commandsOf(manifest: Manifest, words: Words): Entry[] {
  return Object.entries(manifest.commands).map(([name, { summary, flags }]) => ({
    name,
    summary: summary ?? "",
    flags: [
      ...Object.values(flags),
      { name: "help", char: "h", type: "boolean", description: "show help" } satisfies ManifestFlag,
    ],
    words: words[name] ?? null,
  }));
}

const spelled = (flag: ManifestFlag): string[] => [`--${flag.name}`, ...(flag.char ? [`-${flag.char}`] : [])];
/** Between single quotes of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function bash(commands: readonly Entry[]): string {
  const cases = commands.map(({ name, flags, words }) => {
    const withOptions = flags.filter(({ options }) => options !== undefined);
    const free = flags.filter(({ type, options }) => type === "option" && options === undefined);
    const values = [
      ...withOptions.map((flag) => `        ${spelled(flag).join("|")}) words=${quoted(flag.options!.join(" "))} ;;`),
      ...(free.length > 0 ? [`        ${free.flatMap(spelled).join("|")}) words='' files=1 ;;`] : []),
    ];
    return [
      `    ${name})`,
      '      case "$previous" in',
      ...values,
      `        *) if [[ $current == -* ]]; then words=${quoted(flags.flatMap(spelled).join(" "))}`,
      `           else words=${quoted((words ?? []).join(" "))} files=${words === null ? 1 : ""}; fi ;;`,
      "      esac ;;",
    ].join("\n");
  });
  return `# lbctl's completion for bash: lbctl completion bash > /etc/bash_completion.d/lbctl
_lbctl() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words='' files=''
  case "\${COMP_CWORD}:\${COMP_WORDS[1]}" in
    1:*) COMPREPLY=( $(compgen -W ${quoted([...commands.map(({ name }) => name), "help", "--help", "--version"].join(" "))} -- "$current") ); return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    help) words=${quoted(commands.map(({ name }) => name).join(" "))} ;;
  esac
  COMPREPLY=( $(compgen -W "$words" -- "$current") )
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    local file
    while IFS= read -r file; do COMPREPLY+=( "$file" ); done < <(compgen -f -- "$current")
  fi
}
complete -F _lbctl lbctl
`;
}

function zsh(commands: readonly Entry[]): string {
  const described = ({ name, summary }: Entry): string => quoted(`${name.replaceAll(":", "\\:")}:${summary}`);
  const argument = (flag: ManifestFlag, form: string): string => {
    const text = (flag.description ?? flag.summary ?? "").replaceAll(/[[\]:]/g, (bracket) => `\\${bracket}`);
    const value =
      flag.type === "boolean" ? "" : `:${flag.name}:${flag.options ? `(${flag.options.join(" ")})` : "_files"}`;
    return `        ${quoted(`*${form}[${text}]${value}`)}`;
  };
  const cases = commands.map((command) => {
    const specs = command.flags.flatMap((flag) => spelled(flag).map((form) => argument(flag, form)));
    const rest = command.words === null ? "'*:file:_files'" : quoted(`*:word:(${command.words.join(" ")})`);
    return [`    ${command.name})`, `      _arguments \\\n${specs.join(" \\\n")} \\\n        ${rest} ;;`].join("\n");
  });
  return `#compdef lbctl
# lbctl's completion for zsh: lbctl completion zsh > "\${fpath[1]}/_lbctl"
_lbctl() {
  local -a commands
  commands=(
${commands.map((command) => `    ${described(command)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
${cases.join("\n")}
  esac
}
if [[ $funcstack[1] == _lbctl ]]; then _lbctl "$@"; else compdef _lbctl lbctl; fi
`;
}

function fish(commands: readonly Entry[]): string {
  const lines = commands.flatMap((command) => {
    const here = `-n ${quoted(`__fish_seen_subcommand_from ${command.name}`)}`;
    return [
      `complete -c lbctl -f -n __fish_use_subcommand -a ${command.name} -d ${quotedFish(command.summary)}`,
      `complete -c lbctl ${here} ${command.words === null ? "-F" : `-f -a ${quoted(command.words.join(" "))}`}`,
      ...command.flags.map((flag) => {
        const value = flag.type === "boolean" ? "" : flag.options ? ` -x -a ${quoted(flag.options.join(" "))}` : " -r";
        const short = flag.char ? ` -s ${flag.char}` : "";
        return `complete -c lbctl ${here} -l ${flag.name}${short}${value} -d ${quotedFish(flag.description ?? flag.summary ?? "")}`;
      }),
    ];
  });
  return `# lbctl's completion for fish: lbctl completion fish > ~/.config/fish/completions/lbctl.fish\n${lines.join("\n")}\n`;
}

/** fish escapes within single quotes by a backslash. */
const quotedFish = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
