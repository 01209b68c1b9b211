using System.Reflection;
using System.Text;

/// <summary>
/// Lets a process of the tool run one command after another: starting it and compiling its methods costs three times what most commands of
/// tests do. The runtime calls this before the tool's own beginning where DOTNET_STARTUP_HOOKS names this assembly.
/// </summary>
/// <remarks>
/// A command comes over standard input as the number of its words, the folder that it runs in and the words; its exit code, output and
/// errors go to standard output. The process ends with its input.
/// </remarks>
internal static class StartupHook
{
    /// <summary>What a process that an exception ended leaves: 128 and the number of SIGABRT.</summary>
    private const int Aborted = 134;

    public static void Initialize()
    {
        // Processes that a command starts begin as usual.
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
        MethodInfo main = Assembly.GetEntryAssembly()?.EntryPoint ?? throw new InvalidOperationException("The tool has no beginning.");
        using var requests = new BinaryReader(Console.OpenStandardInput());
        using var answers = new BinaryWriter(Console.OpenStandardOutput());
        Encoding encoding = Console.Out.Encoding;
        while (Read(requests) is var (folder, words))
        {
            using var output = new Capture(encoding);
            using var errors = new Capture(encoding);
            Console.SetOut(output.Writer);
            Console.SetError(errors.Writer);
            Directory.SetCurrentDirectory(folder);
            int code = Run(main, words, errors.Writer);
            // The folder may be removed.
            Directory.SetCurrentDirectory(AppContext.BaseDirectory);
            answers.Write(code);
            answers.Write(output.Text());
            answers.Write(errors.Text());
            answers.Flush();
        }

        Environment.Exit(0);
    }

    private static (string Folder, string[] Words)? Read(BinaryReader requests)
    {
        try
        {
            var words = new string[requests.ReadInt32()];
            string folder = requests.ReadString();
            for (int i = 0; i < words.Length; i++)
                words[i] = requests.ReadString();
            return (folder, words);
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    private static int Run(MethodInfo main, string[] words, TextWriter errors)
    {
        try
        {
            return (int)main.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [words], null)!;
        }
        catch (Exception failure)
        {
            errors.WriteLine($"Unhandled exception. {failure}");
            return Aborted;
        }
    }

    /// <summary>Text as a console of some encoding has it.</summary>
    private sealed class Capture : IDisposable
    {
        private readonly MemoryStream _bytes = new();
        private readonly Encoding _encoding;

        public Capture(Encoding encoding)
        {
            _encoding = encoding;
            Writer = new StreamWriter(_bytes, encoding, leaveOpen: true) { AutoFlush = true };
        }

        public StreamWriter Writer { get; }

        public string Text() => _encoding.GetString(_bytes.ToArray());

        public void Dispose() => Writer.Dispose();
    }
}
