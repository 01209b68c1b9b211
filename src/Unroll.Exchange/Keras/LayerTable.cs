namespace Unroll.Exchange.KerasFiles;

/// <summary>Unroll's layer for a layer of Keras, by the name of its class. <see cref="LayerWriting"/> is the way back.</summary>
internal static class LayerTable
{
    private static readonly Dictionary<string, Func<LayerConfig, Layer>> s_layers = new(StringComparer.Ordinal)
    {
        ["LSTM"] = RecurrentLayers.Lstm,
        ["GRU"] = RecurrentLayers.Gru,
        ["SimpleRNN"] = RecurrentLayers.SimpleRnn,
        ["CuDNNLSTM"] = RecurrentLayers.CudnnLstm,
        ["CuDNNGRU"] = RecurrentLayers.CudnnGru,
        ["RNN"] = RecurrentLayers.OfCells,
        ["Bidirectional"] = RecurrentLayers.Bidirectional,
        ["TimeDistributed"] = RecurrentLayers.TimeDistributed,
        ["Dense"] = PlainLayers.Dense,
        ["Embedding"] = PlainLayers.Embedding,
        ["Masking"] = PlainLayers.Masking,
        ["Rescaling"] = PlainLayers.Rescaling,
        ["Dropout"] = PlainLayers.Dropout,
        ["SpatialDropout1D"] = layer => new SpatialDropout1D(PlainLayers.Rate(layer)),
        ["SpatialDropout2D"] = layer => new SpatialDropout2D(PlainLayers.Rate(layer)),
        ["GaussianDropout"] = layer => new GaussianDropout(PlainLayers.Rate(layer)),
        ["GaussianNoise"] = PlainLayers.GaussianNoise,
        ["Activation"] = layer => new Activate(layer.Activation("activation", Activation.Linear)),
        ["ReLU"] = PlainLayers.Relu,
        ["LeakyReLU"] = PlainLayers.LeakyRelu,
        ["ELU"] = layer => new Activate(layer.Number("alpha", 1) is 1 ? Activation.Elu : new Elu(layer.Number("alpha"))),
        ["Softmax"] = PlainLayers.Softmax,
        ["Identity"] = _ => new Activate(Activation.Linear),
        ["ActivityRegularization"] = PlainLayers.ActivityRegularization,
        ["LayerNormalization"] = PlainLayers.LayerNormalization,
        ["BatchNormalization"] = PlainLayers.BatchNormalization,
        ["BatchNormalizationV1"] = PlainLayers.BatchNormalization,
        ["BatchNormalizationV2"] = PlainLayers.BatchNormalization,
        ["RMSNormalization"] = PlainLayers.RmsNormalization,
        ["Attention"] = PlainLayers.Attention,
        ["AdditiveAttention"] = PlainLayers.AdditiveAttention,
        ["MultiHeadAttention"] = PlainLayers.MultiHeadAttention,
        ["Add"] = _ => new Add(),
        ["Multiply"] = _ => new Multiply(),
        ["Average"] = _ => new Average(),
        ["Concatenate"] = PlainLayers.Concatenate,
        ["Conv1D"] = WindowLayers.Conv1D,
        ["Convolution1D"] = WindowLayers.Conv1D,
        ["Conv2D"] = WindowLayers.Conv2D,
        ["Convolution2D"] = WindowLayers.Conv2D,
        ["DepthwiseConv1D"] = WindowLayers.DepthwiseConv1D,
        ["DepthwiseConv2D"] = WindowLayers.DepthwiseConv2D,
        ["SeparableConv1D"] = WindowLayers.SeparableConv1D,
        ["SeparableConv2D"] = WindowLayers.SeparableConv2D,
        ["Conv1DTranspose"] = WindowLayers.Conv1DTranspose,
        ["Conv2DTranspose"] = WindowLayers.Conv2DTranspose,
        ["MaxPooling1D"] = layer => WindowLayers.Pooling(layer, new MaxPooling1D(WindowLayers.Pool(layer, 1)[0])),
        ["AveragePooling1D"] = layer => WindowLayers.Pooling(layer, new AveragePooling1D(WindowLayers.Pool(layer, 1)[0])),
        ["MaxPooling2D"] = layer => WindowLayers.Pooling(layer,
            new MaxPooling2D(WindowLayers.Pool(layer, 2)[0], WindowLayers.Pool(layer, 2)[1])),
        ["AveragePooling2D"] =
            layer => WindowLayers.Pooling(layer, new AveragePooling2D(WindowLayers.Pool(layer, 2)[0], WindowLayers.Pool(layer, 2)[1])),
        ["GlobalMaxPooling1D"] = layer => WindowLayers.Global(layer, new GlobalMaxPooling()),
        ["GlobalMaxPooling2D"] = layer => WindowLayers.Global(layer, new GlobalMaxPooling()),
        ["GlobalAveragePooling1D"] = layer => WindowLayers.Global(layer, new GlobalAveragePooling()),
        ["GlobalAveragePooling2D"] = layer => WindowLayers.Global(layer, new GlobalAveragePooling()),
        ["Flatten"] = ShapeLayers.Flatten,
        ["Reshape"] = ShapeLayers.Reshape,
        ["Permute"] = layer => new Permute(layer.List("dims")),
        ["RepeatVector"] = layer => new RepeatVector(layer.Int("n")),
        ["ZeroPadding1D"] = ShapeLayers.ZeroPadding1D,
        ["ZeroPadding2D"] = ShapeLayers.ZeroPadding2D,
        ["Cropping1D"] = ShapeLayers.Cropping1D,
        ["Cropping2D"] = ShapeLayers.Cropping2D,
        ["UpSampling1D"] = layer => new UpSampling1D(layer.Ints("size", 1, [2])[0]),
        ["UpSampling2D"] = ShapeLayers.UpSampling2D,
    };

    /// <summary>
    /// The layer, with its name. What Unroll does not have is put down in the reading, and a layer that does nothing stands in its place,
    /// so
    /// that the rest can be looked at too.
    /// </summary>
    public static Layer Read(LayerConfig layer)
    {
        KerasReading reading = layer.Reading;
        bool isKeras = layer.RegisteredName is null || layer.RegisteredName == layer.ClassName
            || layer.Module.StartsWith("keras", StringComparison.Ordinal);
        if (!s_layers.TryGetValue(layer.ClassName, out Func<LayerConfig, Layer>? read) || !isKeras)
        {
            reading.Refuse(layer.ClassName == "Lambda"
                ? $"{layer.Label}, whose code Unroll never runs"
                : $"{layer.Label}{(isKeras ? "" : ", a class of somebody's own")}");
            return new Activate(Activation.Linear) { Name = layer.Name };
        }

        try
        {
            Layer made = read(layer) with { Name = layer.Name };
            layer.Finish();
            return made;
        }
        catch (ArgumentException failure)
        {
            string why = failure.Message.Split('\n')[0].Split(" (Parameter")[0].TrimEnd('.');
            throw reading.Damaged($"{layer.Label} has an option that no layer can have ({why})");
        }
    }
}
