using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Unroll.Extensions;

/// <summary>A model of a service, from a file: see <see cref="UnrollServiceCollectionExtensions.AddUnrollModel"/>.</summary>
/// <example><code>
/// builder.Services.AddUnrollModel("prices.unroll");
/// app.MapPost("/predict", (float[] window, UnrollModel model) => model.Current.Predict(window));
/// </code></example>
public sealed class UnrollModel : ServedFile<Model>
{
    private readonly int? _threads;

    internal UnrollModel(string name, UnrollModelOptions options, ILogger logger, TimeProvider clock)
        : base(name, options, options.Check, logger, clock) => _threads = options.Threads;

    internal override string What => "model";

    private protected override Model Read(FileStream stream)
    {
        Model model = Model.Load(stream, Path);
        model.Name = Name.Length > 0 ? Name : System.IO.Path.GetFileNameWithoutExtension(Path);
        model.Threads = _threads ?? model.Threads;
        return model;
    }
}
