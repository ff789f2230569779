// @ts-nocheck
// Generated from schemas/image by `npm run codegen`.

export const isDescriptor = validate11;
const formats0 = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/u;
const formats2 = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}|(?!sha256:|sha512:)[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+)$/u;
const formats4 = /^[A-Za-z0-9+/]*={0,2}$/u;
function validate11(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((data.mediaType === undefined) && (missing0 = "mediaType")) || ((data.digest === undefined) && (missing0 = "digest"))) || ((data.size === undefined) && (missing0 = "size"))){
validate11.errors = [{instancePath,keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
if(data.mediaType !== undefined){
let data0 = data.mediaType;
const _errs1 = errors;
if(errors === _errs1){
if(errors === _errs1){
if(typeof data0 === "string"){
if(!(formats0.test(data0))){
validate11.errors = [{instancePath:instancePath+"/mediaType",keyword:"format",params:{format: "a media type"}}];
return false;
}
}
else {
validate11.errors = [{instancePath:instancePath+"/mediaType",keyword:"type",params:{type: "string"}}];
return false;
}
}
}
var valid0 = _errs1 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.digest !== undefined){
let data1 = data.digest;
const _errs3 = errors;
if(errors === _errs3){
if(errors === _errs3){
if(typeof data1 === "string"){
if(!(formats2.test(data1))){
validate11.errors = [{instancePath:instancePath+"/digest",keyword:"format",params:{format: "a digest (sha256: and 64 hexadecimal digits)"}}];
return false;
}
}
else {
validate11.errors = [{instancePath:instancePath+"/digest",keyword:"type",params:{type: "string"}}];
return false;
}
}
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.size !== undefined){
let data2 = data.size;
const _errs5 = errors;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
validate11.errors = [{instancePath:instancePath+"/size",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs5){
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 9007199254740991 || isNaN(data2)){
validate11.errors = [{instancePath:instancePath+"/size",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991}}];
return false;
}
else {
if(data2 < 0 || isNaN(data2)){
validate11.errors = [{instancePath:instancePath+"/size",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.urls !== undefined){
let data3 = data.urls;
const _errs7 = errors;
if(errors === _errs7){
if(Array.isArray(data3)){
var valid1 = true;
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
const _errs9 = errors;
if(typeof data3[i0] !== "string"){
validate11.errors = [{instancePath:instancePath+"/urls/" + i0,keyword:"type",params:{type: "string"}}];
return false;
}
var valid1 = _errs9 === errors;
if(!valid1){
break;
}
}
}
else {
validate11.errors = [{instancePath:instancePath+"/urls",keyword:"type",params:{type: "array"}}];
return false;
}
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.annotations !== undefined){
let data5 = data.annotations;
const _errs11 = errors;
if((!(data5 && typeof data5 == "object" && !Array.isArray(data5))) && (data5 !== null)){
validate11.errors = [{instancePath:instancePath+"/annotations",keyword:"type",params:{type: ["object","null"]}}];
return false;
}
if(errors === _errs11){
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
for(const key0 in data5){
const _errs14 = errors;
if(typeof data5[key0] !== "string"){
validate11.errors = [{instancePath:instancePath+"/annotations/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}}];
return false;
}
var valid2 = _errs14 === errors;
if(!valid2){
break;
}
}
}
}
var valid0 = _errs11 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.data !== undefined){
let data7 = data.data;
const _errs16 = errors;
if(errors === _errs16){
if(errors === _errs16){
if(typeof data7 === "string"){
if(!(formats4.test(data7))){
validate11.errors = [{instancePath:instancePath+"/data",keyword:"format",params:{format: "base64"}}];
return false;
}
}
else {
validate11.errors = [{instancePath:instancePath+"/data",keyword:"type",params:{type: "string"}}];
return false;
}
}
}
var valid0 = _errs16 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.artifactType !== undefined){
let data8 = data.artifactType;
const _errs18 = errors;
if(errors === _errs18){
if(errors === _errs18){
if(typeof data8 === "string"){
if(!(formats0.test(data8))){
validate11.errors = [{instancePath:instancePath+"/artifactType",keyword:"format",params:{format: "a media type"}}];
return false;
}
}
else {
validate11.errors = [{instancePath:instancePath+"/artifactType",keyword:"type",params:{type: "string"}}];
return false;
}
}
}
var valid0 = _errs18 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.platform !== undefined){
let data9 = data.platform;
const _errs20 = errors;
const _errs21 = errors;
if(errors === _errs21){
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
let missing1;
if(((data9.architecture === undefined) && (missing1 = "architecture")) || ((data9.os === undefined) && (missing1 = "os"))){
validate11.errors = [{instancePath:instancePath+"/platform",keyword:"required",params:{missingProperty: missing1}}];
return false;
}
else {
if(data9.architecture !== undefined){
const _errs23 = errors;
if(typeof data9.architecture !== "string"){
validate11.errors = [{instancePath:instancePath+"/platform/architecture",keyword:"type",params:{type: "string"}}];
return false;
}
var valid4 = _errs23 === errors;
}
else {
var valid4 = true;
}
if(valid4){
if(data9.os !== undefined){
const _errs25 = errors;
if(typeof data9.os !== "string"){
validate11.errors = [{instancePath:instancePath+"/platform/os",keyword:"type",params:{type: "string"}}];
return false;
}
var valid4 = _errs25 === errors;
}
else {
var valid4 = true;
}
if(valid4){
if(data9["os.version"] !== undefined){
const _errs27 = errors;
if(typeof data9["os.version"] !== "string"){
validate11.errors = [{instancePath:instancePath+"/platform/os.version",keyword:"type",params:{type: "string"}}];
return false;
}
var valid4 = _errs27 === errors;
}
else {
var valid4 = true;
}
if(valid4){
if(data9["os.features"] !== undefined){
let data13 = data9["os.features"];
const _errs29 = errors;
if(errors === _errs29){
if(Array.isArray(data13)){
var valid5 = true;
const len1 = data13.length;
for(let i1=0; i1<len1; i1++){
const _errs31 = errors;
if(typeof data13[i1] !== "string"){
validate11.errors = [{instancePath:instancePath+"/platform/os.features/" + i1,keyword:"type",params:{type: "string"}}];
return false;
}
var valid5 = _errs31 === errors;
if(!valid5){
break;
}
}
}
else {
validate11.errors = [{instancePath:instancePath+"/platform/os.features",keyword:"type",params:{type: "array"}}];
return false;
}
}
var valid4 = _errs29 === errors;
}
else {
var valid4 = true;
}
if(valid4){
if(data9.variant !== undefined){
const _errs33 = errors;
if(typeof data9.variant !== "string"){
validate11.errors = [{instancePath:instancePath+"/platform/variant",keyword:"type",params:{type: "string"}}];
return false;
}
var valid4 = _errs33 === errors;
}
else {
var valid4 = true;
}
}
}
}
}
}
}
else {
validate11.errors = [{instancePath:instancePath+"/platform",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid0 = _errs20 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
}
else {
validate11.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate11.errors = vErrors;
return errors === 0;
}
export const isManifest = validate12;
function validate12(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((data.schemaVersion === undefined) && (missing0 = "schemaVersion")) || ((data.config === undefined) && (missing0 = "config"))) || ((data.layers === undefined) && (missing0 = "layers"))){
validate12.errors = [{instancePath,keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
if(data.schemaVersion !== undefined){
const _errs1 = errors;
if(!(data.schemaVersion === 2)){
validate12.errors = [{instancePath:instancePath+"/schemaVersion",keyword:"enum",params:{allowedValues: [2]}}];
return false;
}
var valid0 = _errs1 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.mediaType !== undefined){
let data1 = data.mediaType;
const _errs2 = errors;
if(errors === _errs2){
if(errors === _errs2){
if(typeof data1 === "string"){
if(!(formats0.test(data1))){
validate12.errors = [{instancePath:instancePath+"/mediaType",keyword:"format",params:{format: "a media type"}}];
return false;
}
}
else {
validate12.errors = [{instancePath:instancePath+"/mediaType",keyword:"type",params:{type: "string"}}];
return false;
}
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.artifactType !== undefined){
let data2 = data.artifactType;
const _errs4 = errors;
if(errors === _errs4){
if(errors === _errs4){
if(typeof data2 === "string"){
if(!(formats0.test(data2))){
validate12.errors = [{instancePath:instancePath+"/artifactType",keyword:"format",params:{format: "a media type"}}];
return false;
}
}
else {
validate12.errors = [{instancePath:instancePath+"/artifactType",keyword:"type",params:{type: "string"}}];
return false;
}
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.config !== undefined){
const _errs6 = errors;
if(!(validate11(data.config, {instancePath:instancePath+"/config",parentData:data,parentDataProperty:"config",rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.layers !== undefined){
let data4 = data.layers;
const _errs7 = errors;
if(errors === _errs7){
if(Array.isArray(data4)){
var valid1 = true;
const len0 = data4.length;
for(let i0=0; i0<len0; i0++){
const _errs9 = errors;
if(!(validate11(data4[i0], {instancePath:instancePath+"/layers/" + i0,parentData:data4,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
var valid1 = _errs9 === errors;
if(!valid1){
break;
}
}
}
else {
validate12.errors = [{instancePath:instancePath+"/layers",keyword:"type",params:{type: "array"}}];
return false;
}
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.subject !== undefined){
const _errs10 = errors;
if(!(validate11(data.subject, {instancePath:instancePath+"/subject",parentData:data,parentDataProperty:"subject",rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
var valid0 = _errs10 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.annotations !== undefined){
let data7 = data.annotations;
const _errs11 = errors;
if((!(data7 && typeof data7 == "object" && !Array.isArray(data7))) && (data7 !== null)){
validate12.errors = [{instancePath:instancePath+"/annotations",keyword:"type",params:{type: ["object","null"]}}];
return false;
}
if(errors === _errs11){
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
for(const key0 in data7){
const _errs14 = errors;
if(typeof data7[key0] !== "string"){
validate12.errors = [{instancePath:instancePath+"/annotations/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}}];
return false;
}
var valid2 = _errs14 === errors;
if(!valid2){
break;
}
}
}
}
var valid0 = _errs11 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
else {
validate12.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate12.errors = vErrors;
return errors === 0;
}
export const isIndex = validate16;
function validate16(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((data.schemaVersion === undefined) && (missing0 = "schemaVersion")) || ((data.manifests === undefined) && (missing0 = "manifests"))){
validate16.errors = [{instancePath,keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
if(data.schemaVersion !== undefined){
const _errs1 = errors;
if(!(data.schemaVersion === 2)){
validate16.errors = [{instancePath:instancePath+"/schemaVersion",keyword:"enum",params:{allowedValues: [2]}}];
return false;
}
var valid0 = _errs1 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.mediaType !== undefined){
let data1 = data.mediaType;
const _errs2 = errors;
if(errors === _errs2){
if(errors === _errs2){
if(typeof data1 === "string"){
if(!(formats0.test(data1))){
validate16.errors = [{instancePath:instancePath+"/mediaType",keyword:"format",params:{format: "a media type"}}];
return false;
}
}
else {
validate16.errors = [{instancePath:instancePath+"/mediaType",keyword:"type",params:{type: "string"}}];
return false;
}
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.artifactType !== undefined){
let data2 = data.artifactType;
const _errs4 = errors;
if(errors === _errs4){
if(errors === _errs4){
if(typeof data2 === "string"){
if(!(formats0.test(data2))){
validate16.errors = [{instancePath:instancePath+"/artifactType",keyword:"format",params:{format: "a media type"}}];
return false;
}
}
else {
validate16.errors = [{instancePath:instancePath+"/artifactType",keyword:"type",params:{type: "string"}}];
return false;
}
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.manifests !== undefined){
let data3 = data.manifests;
const _errs6 = errors;
if(errors === _errs6){
if(Array.isArray(data3)){
var valid1 = true;
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
const _errs8 = errors;
if(!(validate11(data3[i0], {instancePath:instancePath+"/manifests/" + i0,parentData:data3,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
var valid1 = _errs8 === errors;
if(!valid1){
break;
}
}
}
else {
validate16.errors = [{instancePath:instancePath+"/manifests",keyword:"type",params:{type: "array"}}];
return false;
}
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.subject !== undefined){
const _errs9 = errors;
if(!(validate11(data.subject, {instancePath:instancePath+"/subject",parentData:data,parentDataProperty:"subject",rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
var valid0 = _errs9 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.annotations !== undefined){
let data6 = data.annotations;
const _errs10 = errors;
if((!(data6 && typeof data6 == "object" && !Array.isArray(data6))) && (data6 !== null)){
validate16.errors = [{instancePath:instancePath+"/annotations",keyword:"type",params:{type: ["object","null"]}}];
return false;
}
if(errors === _errs10){
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
for(const key0 in data6){
const _errs13 = errors;
if(typeof data6[key0] !== "string"){
validate16.errors = [{instancePath:instancePath+"/annotations/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}}];
return false;
}
var valid2 = _errs13 === errors;
if(!valid2){
break;
}
}
}
}
var valid0 = _errs10 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
else {
validate16.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate16.errors = vErrors;
return errors === 0;
}
export const isImageLayout = validate19;
function validate19(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((data.imageLayoutVersion === undefined) && (missing0 = "imageLayoutVersion")){
validate19.errors = [{instancePath,keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
if(data.imageLayoutVersion !== undefined){
if(!(data.imageLayoutVersion === "1.0.0")){
validate19.errors = [{instancePath:instancePath+"/imageLayoutVersion",keyword:"enum",params:{allowedValues: ["1.0.0"]}}];
return false;
}
}
}
}
else {
validate19.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate19.errors = vErrors;
return errors === 0;
}
export const isImageConfig = validate20;
const formats16 = /^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,12})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})$/u;
function validate21(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.User !== undefined){
const _errs1 = errors;
if(typeof data.User !== "string"){
validate21.errors = [{instancePath:instancePath+"/User",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs1 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.ExposedPorts !== undefined){
let data1 = data.ExposedPorts;
const _errs3 = errors;
if((!(data1 && typeof data1 == "object" && !Array.isArray(data1))) && (data1 !== null)){
validate21.errors = [{instancePath:instancePath+"/ExposedPorts",keyword:"type",params:{type: ["object","null"]}}];
return false;
}
if(errors === _errs3){
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
for(const key0 in data1){
let data2 = data1[key0];
const _errs6 = errors;
if(!(data2 && typeof data2 == "object" && !Array.isArray(data2))){
validate21.errors = [{instancePath:instancePath+"/ExposedPorts/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "object"}}];
return false;
}
var valid1 = _errs6 === errors;
if(!valid1){
break;
}
}
}
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.Env !== undefined){
let data3 = data.Env;
const _errs8 = errors;
if((!(Array.isArray(data3))) && (data3 !== null)){
validate21.errors = [{instancePath:instancePath+"/Env",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs8){
if(Array.isArray(data3)){
var valid2 = true;
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
const _errs10 = errors;
if(typeof data3[i0] !== "string"){
validate21.errors = [{instancePath:instancePath+"/Env/" + i0,keyword:"type",params:{type: "string"}}];
return false;
}
var valid2 = _errs10 === errors;
if(!valid2){
break;
}
}
}
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.Entrypoint !== undefined){
let data5 = data.Entrypoint;
const _errs12 = errors;
if((!(Array.isArray(data5))) && (data5 !== null)){
validate21.errors = [{instancePath:instancePath+"/Entrypoint",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs12){
if(Array.isArray(data5)){
var valid3 = true;
const len1 = data5.length;
for(let i1=0; i1<len1; i1++){
const _errs14 = errors;
if(typeof data5[i1] !== "string"){
validate21.errors = [{instancePath:instancePath+"/Entrypoint/" + i1,keyword:"type",params:{type: "string"}}];
return false;
}
var valid3 = _errs14 === errors;
if(!valid3){
break;
}
}
}
}
var valid0 = _errs12 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.Cmd !== undefined){
let data7 = data.Cmd;
const _errs16 = errors;
if((!(Array.isArray(data7))) && (data7 !== null)){
validate21.errors = [{instancePath:instancePath+"/Cmd",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs16){
if(Array.isArray(data7)){
var valid4 = true;
const len2 = data7.length;
for(let i2=0; i2<len2; i2++){
const _errs18 = errors;
if(typeof data7[i2] !== "string"){
validate21.errors = [{instancePath:instancePath+"/Cmd/" + i2,keyword:"type",params:{type: "string"}}];
return false;
}
var valid4 = _errs18 === errors;
if(!valid4){
break;
}
}
}
}
var valid0 = _errs16 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.Volumes !== undefined){
let data9 = data.Volumes;
const _errs20 = errors;
if((!(data9 && typeof data9 == "object" && !Array.isArray(data9))) && (data9 !== null)){
validate21.errors = [{instancePath:instancePath+"/Volumes",keyword:"type",params:{type: ["object","null"]}}];
return false;
}
if(errors === _errs20){
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
for(const key1 in data9){
let data10 = data9[key1];
const _errs23 = errors;
if(!(data10 && typeof data10 == "object" && !Array.isArray(data10))){
validate21.errors = [{instancePath:instancePath+"/Volumes/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "object"}}];
return false;
}
var valid5 = _errs23 === errors;
if(!valid5){
break;
}
}
}
}
var valid0 = _errs20 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.WorkingDir !== undefined){
const _errs25 = errors;
if(typeof data.WorkingDir !== "string"){
validate21.errors = [{instancePath:instancePath+"/WorkingDir",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs25 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.Labels !== undefined){
let data12 = data.Labels;
const _errs27 = errors;
if((!(data12 && typeof data12 == "object" && !Array.isArray(data12))) && (data12 !== null)){
validate21.errors = [{instancePath:instancePath+"/Labels",keyword:"type",params:{type: ["object","null"]}}];
return false;
}
if(errors === _errs27){
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key2 in data12){
const _errs30 = errors;
if(typeof data12[key2] !== "string"){
validate21.errors = [{instancePath:instancePath+"/Labels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}}];
return false;
}
var valid6 = _errs30 === errors;
if(!valid6){
break;
}
}
}
}
var valid0 = _errs27 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.StopSignal !== undefined){
const _errs32 = errors;
if(typeof data.StopSignal !== "string"){
validate21.errors = [{instancePath:instancePath+"/StopSignal",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs32 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.ArgsEscaped !== undefined){
const _errs34 = errors;
if(typeof data.ArgsEscaped !== "boolean"){
validate21.errors = [{instancePath:instancePath+"/ArgsEscaped",keyword:"type",params:{type: "boolean"}}];
return false;
}
var valid0 = _errs34 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.Healthcheck !== undefined){
let data16 = data.Healthcheck;
const _errs36 = errors;
const _errs37 = errors;
let valid7 = false;
const _errs38 = errors;
const _errs39 = errors;
if(errors === _errs39){
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if(data16.Test !== undefined){
let data17 = data16.Test;
const _errs41 = errors;
if((!(Array.isArray(data17))) && (data17 !== null)){
const err0 = {instancePath:instancePath+"/Healthcheck/Test",keyword:"type",params:{type: ["array","null"]}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(errors === _errs41){
if(Array.isArray(data17)){
var valid10 = true;
const len3 = data17.length;
for(let i3=0; i3<len3; i3++){
const _errs43 = errors;
if(typeof data17[i3] !== "string"){
const err1 = {instancePath:instancePath+"/Healthcheck/Test/" + i3,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
var valid10 = _errs43 === errors;
if(!valid10){
break;
}
}
}
}
var valid9 = _errs41 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data16.Interval !== undefined){
let data19 = data16.Interval;
const _errs45 = errors;
if(!(((typeof data19 == "number") && (!(data19 % 1) && !isNaN(data19))) && (isFinite(data19)))){
const err2 = {instancePath:instancePath+"/Healthcheck/Interval",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(errors === _errs45){
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 > 9223372036854776000 || isNaN(data19)){
const err3 = {instancePath:instancePath+"/Healthcheck/Interval",keyword:"maximum",params:{comparison: "<=", limit: 9223372036854776000}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
else {
if(data19 < -9223372036854776000 || isNaN(data19)){
const err4 = {instancePath:instancePath+"/Healthcheck/Interval",keyword:"minimum",params:{comparison: ">=", limit: -9223372036854776000}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
}
var valid9 = _errs45 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data16.Timeout !== undefined){
let data20 = data16.Timeout;
const _errs47 = errors;
if(!(((typeof data20 == "number") && (!(data20 % 1) && !isNaN(data20))) && (isFinite(data20)))){
const err5 = {instancePath:instancePath+"/Healthcheck/Timeout",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(errors === _errs47){
if((typeof data20 == "number") && (isFinite(data20))){
if(data20 > 9223372036854776000 || isNaN(data20)){
const err6 = {instancePath:instancePath+"/Healthcheck/Timeout",keyword:"maximum",params:{comparison: "<=", limit: 9223372036854776000}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
else {
if(data20 < -9223372036854776000 || isNaN(data20)){
const err7 = {instancePath:instancePath+"/Healthcheck/Timeout",keyword:"minimum",params:{comparison: ">=", limit: -9223372036854776000}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
}
var valid9 = _errs47 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data16.StartPeriod !== undefined){
let data21 = data16.StartPeriod;
const _errs49 = errors;
if(!(((typeof data21 == "number") && (!(data21 % 1) && !isNaN(data21))) && (isFinite(data21)))){
const err8 = {instancePath:instancePath+"/Healthcheck/StartPeriod",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(errors === _errs49){
if((typeof data21 == "number") && (isFinite(data21))){
if(data21 > 9223372036854776000 || isNaN(data21)){
const err9 = {instancePath:instancePath+"/Healthcheck/StartPeriod",keyword:"maximum",params:{comparison: "<=", limit: 9223372036854776000}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
else {
if(data21 < -9223372036854776000 || isNaN(data21)){
const err10 = {instancePath:instancePath+"/Healthcheck/StartPeriod",keyword:"minimum",params:{comparison: ">=", limit: -9223372036854776000}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
}
var valid9 = _errs49 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data16.StartInterval !== undefined){
let data22 = data16.StartInterval;
const _errs51 = errors;
if(!(((typeof data22 == "number") && (!(data22 % 1) && !isNaN(data22))) && (isFinite(data22)))){
const err11 = {instancePath:instancePath+"/Healthcheck/StartInterval",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(errors === _errs51){
if((typeof data22 == "number") && (isFinite(data22))){
if(data22 > 9223372036854776000 || isNaN(data22)){
const err12 = {instancePath:instancePath+"/Healthcheck/StartInterval",keyword:"maximum",params:{comparison: "<=", limit: 9223372036854776000}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
else {
if(data22 < -9223372036854776000 || isNaN(data22)){
const err13 = {instancePath:instancePath+"/Healthcheck/StartInterval",keyword:"minimum",params:{comparison: ">=", limit: -9223372036854776000}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
}
var valid9 = _errs51 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data16.Retries !== undefined){
let data23 = data16.Retries;
const _errs53 = errors;
if(!(((typeof data23 == "number") && (!(data23 % 1) && !isNaN(data23))) && (isFinite(data23)))){
const err14 = {instancePath:instancePath+"/Healthcheck/Retries",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(errors === _errs53){
if((typeof data23 == "number") && (isFinite(data23))){
if(data23 > 9223372036854776000 || isNaN(data23)){
const err15 = {instancePath:instancePath+"/Healthcheck/Retries",keyword:"maximum",params:{comparison: "<=", limit: 9223372036854776000}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
else {
if(data23 < -9223372036854776000 || isNaN(data23)){
const err16 = {instancePath:instancePath+"/Healthcheck/Retries",keyword:"minimum",params:{comparison: ">=", limit: -9223372036854776000}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
}
var valid9 = _errs53 === errors;
}
else {
var valid9 = true;
}
}
}
}
}
}
}
else {
const err17 = {instancePath:instancePath+"/Healthcheck",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
var _valid0 = _errs38 === errors;
valid7 = valid7 || _valid0;
if(!valid7){
const _errs55 = errors;
if(data16 !== null){
const err18 = {instancePath:instancePath+"/Healthcheck",keyword:"type",params:{type: "null"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
var _valid0 = _errs55 === errors;
valid7 = valid7 || _valid0;
}
if(!valid7){
const err19 = {instancePath:instancePath+"/Healthcheck",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
validate21.errors = vErrors;
return false;
}
else {
errors = _errs37;
if(vErrors !== null){
if(_errs37){
vErrors.length = _errs37;
}
else {
vErrors = null;
}
}
}
var valid0 = _errs36 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.Shell !== undefined){
let data24 = data.Shell;
const _errs57 = errors;
if((!(Array.isArray(data24))) && (data24 !== null)){
validate21.errors = [{instancePath:instancePath+"/Shell",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs57){
if(Array.isArray(data24)){
var valid11 = true;
const len4 = data24.length;
for(let i4=0; i4<len4; i4++){
const _errs59 = errors;
if(typeof data24[i4] !== "string"){
validate21.errors = [{instancePath:instancePath+"/Shell/" + i4,keyword:"type",params:{type: "string"}}];
return false;
}
var valid11 = _errs59 === errors;
if(!valid11){
break;
}
}
}
}
var valid0 = _errs57 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.OnBuild !== undefined){
let data26 = data.OnBuild;
const _errs61 = errors;
if((!(Array.isArray(data26))) && (data26 !== null)){
validate21.errors = [{instancePath:instancePath+"/OnBuild",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs61){
if(Array.isArray(data26)){
var valid12 = true;
const len5 = data26.length;
for(let i5=0; i5<len5; i5++){
const _errs63 = errors;
if(typeof data26[i5] !== "string"){
validate21.errors = [{instancePath:instancePath+"/OnBuild/" + i5,keyword:"type",params:{type: "string"}}];
return false;
}
var valid12 = _errs63 === errors;
if(!valid12){
break;
}
}
}
}
var valid0 = _errs61 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
}
}
}
}
}
else {
validate21.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate21.errors = vErrors;
return errors === 0;
}
function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((data.architecture === undefined) && (missing0 = "architecture")) || ((data.os === undefined) && (missing0 = "os"))) || ((data.rootfs === undefined) && (missing0 = "rootfs"))){
validate20.errors = [{instancePath,keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
if(data.created !== undefined){
let data0 = data.created;
const _errs1 = errors;
const _errs2 = errors;
let valid1 = false;
const _errs3 = errors;
if(errors === _errs3){
if(errors === _errs3){
if(typeof data0 === "string"){
if(!(formats16.test(data0))){
const err0 = {instancePath:instancePath+"/created",keyword:"format",params:{format: "an RFC 3339 time"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath:instancePath+"/created",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
var _valid0 = _errs3 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
const _errs5 = errors;
if(data0 !== null){
const err2 = {instancePath:instancePath+"/created",keyword:"type",params:{type: "null"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
var _valid0 = _errs5 === errors;
valid1 = valid1 || _valid0;
}
if(!valid1){
const err3 = {instancePath:instancePath+"/created",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
validate20.errors = vErrors;
return false;
}
else {
errors = _errs2;
if(vErrors !== null){
if(_errs2){
vErrors.length = _errs2;
}
else {
vErrors = null;
}
}
}
var valid0 = _errs1 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.author !== undefined){
const _errs7 = errors;
if(typeof data.author !== "string"){
validate20.errors = [{instancePath:instancePath+"/author",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.architecture !== undefined){
const _errs9 = errors;
if(typeof data.architecture !== "string"){
validate20.errors = [{instancePath:instancePath+"/architecture",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs9 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.variant !== undefined){
const _errs11 = errors;
if(typeof data.variant !== "string"){
validate20.errors = [{instancePath:instancePath+"/variant",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs11 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.os !== undefined){
const _errs13 = errors;
if(typeof data.os !== "string"){
validate20.errors = [{instancePath:instancePath+"/os",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs13 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data["os.version"] !== undefined){
const _errs15 = errors;
if(typeof data["os.version"] !== "string"){
validate20.errors = [{instancePath:instancePath+"/os.version",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs15 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data["os.features"] !== undefined){
let data6 = data["os.features"];
const _errs17 = errors;
if((!(Array.isArray(data6))) && (data6 !== null)){
validate20.errors = [{instancePath:instancePath+"/os.features",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs17){
if(Array.isArray(data6)){
var valid2 = true;
const len0 = data6.length;
for(let i0=0; i0<len0; i0++){
const _errs19 = errors;
if(typeof data6[i0] !== "string"){
validate20.errors = [{instancePath:instancePath+"/os.features/" + i0,keyword:"type",params:{type: "string"}}];
return false;
}
var valid2 = _errs19 === errors;
if(!valid2){
break;
}
}
}
}
var valid0 = _errs17 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.config !== undefined){
let data8 = data.config;
const _errs21 = errors;
const _errs22 = errors;
let valid3 = false;
const _errs23 = errors;
if(!(validate21(data8, {instancePath:instancePath+"/config",parentData:data,parentDataProperty:"config",rootData}))){
vErrors = vErrors === null ? validate21.errors : vErrors.concat(validate21.errors);
errors = vErrors.length;
}
var _valid1 = _errs23 === errors;
valid3 = valid3 || _valid1;
if(!valid3){
const _errs24 = errors;
if(data8 !== null){
const err4 = {instancePath:instancePath+"/config",keyword:"type",params:{type: "null"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
var _valid1 = _errs24 === errors;
valid3 = valid3 || _valid1;
}
if(!valid3){
const err5 = {instancePath:instancePath+"/config",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
validate20.errors = vErrors;
return false;
}
else {
errors = _errs22;
if(vErrors !== null){
if(_errs22){
vErrors.length = _errs22;
}
else {
vErrors = null;
}
}
}
var valid0 = _errs21 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.rootfs !== undefined){
let data9 = data.rootfs;
const _errs26 = errors;
const _errs27 = errors;
if(errors === _errs27){
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
let missing1;
if(((data9.type === undefined) && (missing1 = "type")) || ((data9.diff_ids === undefined) && (missing1 = "diff_ids"))){
validate20.errors = [{instancePath:instancePath+"/rootfs",keyword:"required",params:{missingProperty: missing1}}];
return false;
}
else {
if(data9.type !== undefined){
const _errs29 = errors;
if(!(data9.type === "layers")){
validate20.errors = [{instancePath:instancePath+"/rootfs/type",keyword:"enum",params:{allowedValues: ["layers"]}}];
return false;
}
var valid5 = _errs29 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data9.diff_ids !== undefined){
let data11 = data9.diff_ids;
const _errs30 = errors;
if(errors === _errs30){
if(Array.isArray(data11)){
var valid6 = true;
const len1 = data11.length;
for(let i1=0; i1<len1; i1++){
let data12 = data11[i1];
const _errs32 = errors;
if(errors === _errs32){
if(errors === _errs32){
if(typeof data12 === "string"){
if(!(formats2.test(data12))){
validate20.errors = [{instancePath:instancePath+"/rootfs/diff_ids/" + i1,keyword:"format",params:{format: "a digest (sha256: and 64 hexadecimal digits)"}}];
return false;
}
}
else {
validate20.errors = [{instancePath:instancePath+"/rootfs/diff_ids/" + i1,keyword:"type",params:{type: "string"}}];
return false;
}
}
}
var valid6 = _errs32 === errors;
if(!valid6){
break;
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/rootfs/diff_ids",keyword:"type",params:{type: "array"}}];
return false;
}
}
var valid5 = _errs30 === errors;
}
else {
var valid5 = true;
}
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/rootfs",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid0 = _errs26 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.history !== undefined){
let data13 = data.history;
const _errs34 = errors;
if((!(Array.isArray(data13))) && (data13 !== null)){
validate20.errors = [{instancePath:instancePath+"/history",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs34){
if(Array.isArray(data13)){
var valid7 = true;
const len2 = data13.length;
for(let i2=0; i2<len2; i2++){
let data14 = data13[i2];
const _errs36 = errors;
const _errs37 = errors;
if(errors === _errs37){
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
if(data14.created !== undefined){
let data15 = data14.created;
const _errs39 = errors;
const _errs40 = errors;
let valid10 = false;
const _errs41 = errors;
if(errors === _errs41){
if(errors === _errs41){
if(typeof data15 === "string"){
if(!(formats16.test(data15))){
const err6 = {instancePath:instancePath+"/history/" + i2+"/created",keyword:"format",params:{format: "an RFC 3339 time"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/history/" + i2+"/created",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
var _valid2 = _errs41 === errors;
valid10 = valid10 || _valid2;
if(!valid10){
const _errs43 = errors;
if(data15 !== null){
const err8 = {instancePath:instancePath+"/history/" + i2+"/created",keyword:"type",params:{type: "null"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
var _valid2 = _errs43 === errors;
valid10 = valid10 || _valid2;
}
if(!valid10){
const err9 = {instancePath:instancePath+"/history/" + i2+"/created",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
validate20.errors = vErrors;
return false;
}
else {
errors = _errs40;
if(vErrors !== null){
if(_errs40){
vErrors.length = _errs40;
}
else {
vErrors = null;
}
}
}
var valid9 = _errs39 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data14.author !== undefined){
const _errs45 = errors;
if(typeof data14.author !== "string"){
validate20.errors = [{instancePath:instancePath+"/history/" + i2+"/author",keyword:"type",params:{type: "string"}}];
return false;
}
var valid9 = _errs45 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data14.created_by !== undefined){
const _errs47 = errors;
if(typeof data14.created_by !== "string"){
validate20.errors = [{instancePath:instancePath+"/history/" + i2+"/created_by",keyword:"type",params:{type: "string"}}];
return false;
}
var valid9 = _errs47 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data14.comment !== undefined){
const _errs49 = errors;
if(typeof data14.comment !== "string"){
validate20.errors = [{instancePath:instancePath+"/history/" + i2+"/comment",keyword:"type",params:{type: "string"}}];
return false;
}
var valid9 = _errs49 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data14.empty_layer !== undefined){
const _errs51 = errors;
if(typeof data14.empty_layer !== "boolean"){
validate20.errors = [{instancePath:instancePath+"/history/" + i2+"/empty_layer",keyword:"type",params:{type: "boolean"}}];
return false;
}
var valid9 = _errs51 === errors;
}
else {
var valid9 = true;
}
}
}
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/history/" + i2,keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid7 = _errs36 === errors;
if(!valid7){
break;
}
}
}
}
var valid0 = _errs34 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
}
}
}
else {
validate20.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate20.errors = vErrors;
return errors === 0;
}

