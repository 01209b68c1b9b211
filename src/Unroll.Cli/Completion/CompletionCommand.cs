using System.CommandLine;

namespace Unroll.Cli;

/// <summary><c>unroll completion SHELL</c></summary>
internal static class CompletionCommand
{
    // Each gives the tool the word under the cursor, behind a mark, and the words before it, and takes one proposal a line. Where there is
    // none, the shell completes file names.
    private static readonly (string Shell, string Install, string Script)[] s_shells =
    [
        ("bash", "eval \"$(unroll completion bash)\" in ~/.bashrc", """
            _unroll() {
              local words
              mapfile -t words < <(unroll complete "=${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
              COMPREPLY=("${words[@]%%$'\t'*}")
            }
            complete -o default -F _unroll unroll
            """),
        ("zsh", "eval \"$(unroll completion zsh)\" in ~/.zshrc, after compinit", """
            _unroll() {
              local -a lines
              local line
              for line in "${(@f)$(unroll complete "=${words[CURRENT]}" "${(@)words[2,CURRENT-1]}" 2>/dev/null)}"; do
                [[ -n $line ]] && lines+=("${${line//:/\\:}/$'\t'/:}")
              done
              if (( ${#lines} )); then _describe unroll lines; else _files; fi
            }
            compdef _unroll unroll
            """),
        ("fish", "unroll completion fish | source in ~/.config/fish/config.fish", """
            function __unroll_complete
                set -l words (commandline -opc)
                set -l found (unroll complete "="(commandline -ct) $words[2..-1] 2>/dev/null)
                if set -q found[1]
                    string join \n $found
                else
                    __fish_complete_path (commandline -ct)
                end
            end
            complete -c unroll -f -a '(__unroll_complete)'
            """),
        ("pwsh", "unroll completion pwsh | Out-String | Invoke-Expression in $PROFILE", """
            Register-ArgumentCompleter -Native -CommandName unroll -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
                    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
                unroll complete "=$wordToComplete" @before 2>$null | ForEach-Object {
                    $word, $description = $_ -split "`t", 2
                    if (-not $description) { $description = $word }
                    [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $description)
                }
            }
            """),
    ];

    public static Command Create()
    {
        string[] names = [.. s_shells.Select(each => each.Shell)];
        var shell = new Argument<string>("SHELL") { Description = $"The shell: {string.Join(", ", names[..^1])} or {names[^1]}" };
        shell.CompletionSources.Add(names);
        var command = new Verb(
            "completion",
            "Prints what lets a shell complete verbs, options and their values with the Tab key; its first line says where it goes.",
            "unroll completion bash")
        {
            shell,
        };
        command.SetAction(result => Run(result.GetRequiredValue(shell), names));
        return command;
    }

    private static int Run(string name, string[] names)
    {
        (_, string install, string script) =
            s_shells.FirstOrDefault(each => each.Shell.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (script is null)
            throw new UnrollException($"There is no completion for {name}. Choose {string.Join(", ", names[..^1])} or {names[^1]}.");
        Console.Out.WriteLine($"# {install}");
        Console.Out.WriteLine(script.ReplaceLineEndings());
        return 0;
    }
}
