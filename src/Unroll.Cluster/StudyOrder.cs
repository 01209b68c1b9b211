namespace Unroll.Cluster;

/// <summary>What a study computes. Two orders that are equal have the same results; a study goes on only for an equal order.</summary>
public sealed record StudyOrder
{
    /// <summary>The name by which people know the study; one study of a name is in a cluster. 1 to 100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>What kind of work its pieces are, for example <c>tune</c>: which function computes them.</summary>
    public required string Kind { get; init; }

    /// <summary>A hash, or another short text, of all that results depend on and that neither the words nor the inputs say.</summary>
    public required string Setup { get; init; }

    /// <summary>The command line, without the files.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>The files that the pieces read, in the order in which a piece gets them.</summary>
    public IReadOnlyList<StudyInput> Inputs { get; init; } = [];

    /// <summary>The version of Unroll that computes the pieces; by default the one of this program.</summary>
    public string Version { get; init; } = ThisProgram.Version;

    /// <summary>
    /// The instruction set that computes the pieces (<see cref="Model.InstructionSet"/>); by default the one of this machine.
    /// </summary>
    public string InstructionSet { get; init; } = ThisProgram.InstructionSet;

    /// <exception cref="UnrollException">A name is missing or too long, or an input's name is not a file name.</exception>
    internal void Validate()
    {
        Required.Texts("The study",
            (nameof(Name), Name), (nameof(Kind), Kind), (nameof(Version), Version), (nameof(InstructionSet), InstructionSet));
        if (Setup is null || Inputs is null)
            throw new UnrollException($"The study has no {(Setup is null ? nameof(Setup) : nameof(Inputs))}. Give one, or leave it out.");
        if (Name.Length > 100)
        {
            throw new UnrollException($"The study's name has {Name.Length} characters, and 100 is the most. Give it a shorter one.")
            {
                Subject = "study",
            };
        }

        if (Inputs.FirstOrDefault(input => !BlobFolder.IsFileName(input.Name)) is { } wrong)
            throw new UnrollException($"The input '{wrong.Name}' is not a file name. Give it one without a folder.");
    }
}
