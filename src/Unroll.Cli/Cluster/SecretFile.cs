namespace Unroll.Cli;

/// <summary>A file that only its owner reads.</summary>
internal static class SecretFile
{
    /// <summary>Writes it whole or not at all.</summary>
    /// <exception cref="UnrollException">It cannot be written.</exception>
    public static void Write(string path, string text)
    {
        string part = $"{path}.{Environment.ProcessId}.part";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var writer = new StreamWriter(part, options))
                writer.Write(text);
            File.Move(part, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UnrollException($"{path} cannot be written: {failure.Message.TrimEnd('.')}. Choose another folder.", failure);
        }
    }
}
