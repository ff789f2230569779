// @ts-nocheck
// Generated from schemas/image by `npm run codegen`.

export const isDescriptor = validate22;
const formats0 = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/u;
const formats2 = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}|(?!sha256:|sha512:)[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+)$/u;
const formats4 = /^[A-Za-z0-9+/]*={0,2}$/u;
function validate23(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((data.architecture === undefined) && (missing0 = "architecture")) || ((data.os === undefined) && (missing0 = "os"))){
validate23.errors = [{instancePath,keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
if(data.architecture !== undefined){
const _errs1 = errors;
if(typeof data.architecture !== "string"){
validate23.errors = [{instancePath:instancePath+"/architecture",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs1 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.os !== undefined){
const _errs3 = errors;
if(typeof data.os !== "string"){
validate23.errors = [{instancePath:instancePath+"/os",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data["os.version"] !== undefined){
const _errs5 = errors;
if(typeof data["os.version"] !== "string"){
validate23.errors = [{instancePath:instancePath+"/os.version",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data["os.features"] !== undefined){
let data3 = data["os.features"];
const _errs7 = errors;
if(errors === _errs7){
if(Array.isArray(data3)){
var valid1 = true;
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
const _errs9 = errors;
if(typeof data3[i0] !== "string"){
validate23.errors = [{instancePath:instancePath+"/os.features/" + i0,keyword:"type",params:{type: "string"}}];
return false;
}
var valid1 = _errs9 === errors;
if(!valid1){
break;
}
}
}
else {
validate23.errors = [{instancePath:instancePath+"/os.features",keyword:"type",params:{type: "array"}}];
return false;
}
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.variant !== undefined){
const _errs11 = errors;
if(typeof data.variant !== "string"){
validate23.errors = [{instancePath:instancePath+"/variant",keyword:"type",params:{type: "string"}}];
return false;
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
else {
validate23.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate23.errors = vErrors;
return errors === 0;
}
function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((data.mediaType === undefined) && (missing0 = "mediaType")) || ((data.digest === undefined) && (missing0 = "digest"))) || ((data.size === undefined) && (missing0 = "size"))){
validate22.errors = [{instancePath,keyword:"required",params:{missingProperty: missing0}}];
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
validate22.errors = [{instancePath:instancePath+"/mediaType",keyword:"format",params:{format: "a media type"}}];
return false;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/mediaType",keyword:"type",params:{type: "string"}}];
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
validate22.errors = [{instancePath:instancePath+"/digest",keyword:"format",params:{format: "a digest (sha256: and 64 hexadecimal digits)"}}];
return false;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/digest",keyword:"type",params:{type: "string"}}];
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
validate22.errors = [{instancePath:instancePath+"/size",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs5){
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 9007199254740991 || isNaN(data2)){
validate22.errors = [{instancePath:instancePath+"/size",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991}}];
return false;
}
else {
if(data2 < 0 || isNaN(data2)){
validate22.errors = [{instancePath:instancePath+"/size",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
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
validate22.errors = [{instancePath:instancePath+"/urls/" + i0,keyword:"type",params:{type: "string"}}];
return false;
}
var valid1 = _errs9 === errors;
if(!valid1){
break;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/urls",keyword:"type",params:{type: "array"}}];
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
validate22.errors = [{instancePath:instancePath+"/annotations",keyword:"type",params:{type: ["object","null"]}}];
return false;
}
if(errors === _errs11){
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
for(const key0 in data5){
const _errs14 = errors;
if(typeof data5[key0] !== "string"){
validate22.errors = [{instancePath:instancePath+"/annotations/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}}];
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
validate22.errors = [{instancePath:instancePath+"/data",keyword:"format",params:{format: "base64"}}];
return false;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/data",keyword:"type",params:{type: "string"}}];
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
validate22.errors = [{instancePath:instancePath+"/artifactType",keyword:"format",params:{format: "a media type"}}];
return false;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/artifactType",keyword:"type",params:{type: "string"}}];
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
const _errs20 = errors;
if(!(validate23(data.platform, {instancePath:instancePath+"/platform",parentData:data,parentDataProperty:"platform",rootData}))){
vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors);
errors = vErrors.length;
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
validate22.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate22.errors = vErrors;
return errors === 0;
}
export const isManifest = validate25;
function validate25(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((data.schemaVersion === undefined) && (missing0 = "schemaVersion")) || ((data.config === undefined) && (missing0 = "config"))) || ((data.layers === undefined) && (missing0 = "layers"))){
validate25.errors = [{instancePath,keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
if(data.schemaVersion !== undefined){
const _errs1 = errors;
if(!(data.schemaVersion === 2)){
validate25.errors = [{instancePath:instancePath+"/schemaVersion",keyword:"enum",params:{allowedValues: [2]}}];
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
validate25.errors = [{instancePath:instancePath+"/mediaType",keyword:"format",params:{format: "a media type"}}];
return false;
}
}
else {
validate25.errors = [{instancePath:instancePath+"/mediaType",keyword:"type",params:{type: "string"}}];
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
validate25.errors = [{instancePath:instancePath+"/artifactType",keyword:"format",params:{format: "a media type"}}];
return false;
}
}
else {
validate25.errors = [{instancePath:instancePath+"/artifactType",keyword:"type",params:{type: "string"}}];
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
if(!(validate22(data.config, {instancePath:instancePath+"/config",parentData:data,parentDataProperty:"config",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
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
if(!(validate22(data4[i0], {instancePath:instancePath+"/layers/" + i0,parentData:data4,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
var valid1 = _errs9 === errors;
if(!valid1){
break;
}
}
}
else {
validate25.errors = [{instancePath:instancePath+"/layers",keyword:"type",params:{type: "array"}}];
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
if(!(validate22(data.subject, {instancePath:instancePath+"/subject",parentData:data,parentDataProperty:"subject",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
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
validate25.errors = [{instancePath:instancePath+"/annotations",keyword:"type",params:{type: ["object","null"]}}];
return false;
}
if(errors === _errs11){
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
for(const key0 in data7){
const _errs14 = errors;
if(typeof data7[key0] !== "string"){
validate25.errors = [{instancePath:instancePath+"/annotations/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}}];
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
validate25.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate25.errors = vErrors;
return errors === 0;
}
export const isIndex = validate29;
function validate29(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((data.schemaVersion === undefined) && (missing0 = "schemaVersion")) || ((data.manifests === undefined) && (missing0 = "manifests"))){
validate29.errors = [{instancePath,keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
if(data.schemaVersion !== undefined){
const _errs1 = errors;
if(!(data.schemaVersion === 2)){
validate29.errors = [{instancePath:instancePath+"/schemaVersion",keyword:"enum",params:{allowedValues: [2]}}];
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
validate29.errors = [{instancePath:instancePath+"/mediaType",keyword:"format",params:{format: "a media type"}}];
return false;
}
}
else {
validate29.errors = [{instancePath:instancePath+"/mediaType",keyword:"type",params:{type: "string"}}];
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
validate29.errors = [{instancePath:instancePath+"/artifactType",keyword:"format",params:{format: "a media type"}}];
return false;
}
}
else {
validate29.errors = [{instancePath:instancePath+"/artifactType",keyword:"type",params:{type: "string"}}];
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
if(!(validate22(data3[i0], {instancePath:instancePath+"/manifests/" + i0,parentData:data3,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
var valid1 = _errs8 === errors;
if(!valid1){
break;
}
}
}
else {
validate29.errors = [{instancePath:instancePath+"/manifests",keyword:"type",params:{type: "array"}}];
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
if(!(validate22(data.subject, {instancePath:instancePath+"/subject",parentData:data,parentDataProperty:"subject",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
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
validate29.errors = [{instancePath:instancePath+"/annotations",keyword:"type",params:{type: ["object","null"]}}];
return false;
}
if(errors === _errs10){
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
for(const key0 in data6){
const _errs13 = errors;
if(typeof data6[key0] !== "string"){
validate29.errors = [{instancePath:instancePath+"/annotations/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}}];
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
validate29.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate29.errors = vErrors;
return errors === 0;
}
export const isImageLayout = validate32;
function validate32(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((data.imageLayoutVersion === undefined) && (missing0 = "imageLayoutVersion")){
validate32.errors = [{instancePath,keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
if(data.imageLayoutVersion !== undefined){
if(!(data.imageLayoutVersion === "1.0.0")){
validate32.errors = [{instancePath:instancePath+"/imageLayoutVersion",keyword:"enum",params:{allowedValues: ["1.0.0"]}}];
return false;
}
}
}
}
else {
validate32.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate32.errors = vErrors;
return errors === 0;
}
export const isImageConfig = validate33;
const formats16 = /^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,12})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})$/u;
function validate35(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.Test !== undefined){
let data0 = data.Test;
const _errs1 = errors;
if((!(Array.isArray(data0))) && (data0 !== null)){
validate35.errors = [{instancePath:instancePath+"/Test",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs1){
if(Array.isArray(data0)){
var valid1 = true;
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
const _errs3 = errors;
if(typeof data0[i0] !== "string"){
validate35.errors = [{instancePath:instancePath+"/Test/" + i0,keyword:"type",params:{type: "string"}}];
return false;
}
var valid1 = _errs3 === errors;
if(!valid1){
break;
}
}
}
}
var valid0 = _errs1 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.Interval !== undefined){
let data2 = data.Interval;
const _errs5 = errors;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
validate35.errors = [{instancePath:instancePath+"/Interval",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs5){
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 9223372036854776000 || isNaN(data2)){
validate35.errors = [{instancePath:instancePath+"/Interval",keyword:"maximum",params:{comparison: "<=", limit: 9223372036854776000}}];
return false;
}
else {
if(data2 < -9223372036854776000 || isNaN(data2)){
validate35.errors = [{instancePath:instancePath+"/Interval",keyword:"minimum",params:{comparison: ">=", limit: -9223372036854776000}}];
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
if(data.Timeout !== undefined){
let data3 = data.Timeout;
const _errs7 = errors;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
validate35.errors = [{instancePath:instancePath+"/Timeout",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs7){
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 9223372036854776000 || isNaN(data3)){
validate35.errors = [{instancePath:instancePath+"/Timeout",keyword:"maximum",params:{comparison: "<=", limit: 9223372036854776000}}];
return false;
}
else {
if(data3 < -9223372036854776000 || isNaN(data3)){
validate35.errors = [{instancePath:instancePath+"/Timeout",keyword:"minimum",params:{comparison: ">=", limit: -9223372036854776000}}];
return false;
}
}
}
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.StartPeriod !== undefined){
let data4 = data.StartPeriod;
const _errs9 = errors;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
validate35.errors = [{instancePath:instancePath+"/StartPeriod",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs9){
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 9223372036854776000 || isNaN(data4)){
validate35.errors = [{instancePath:instancePath+"/StartPeriod",keyword:"maximum",params:{comparison: "<=", limit: 9223372036854776000}}];
return false;
}
else {
if(data4 < -9223372036854776000 || isNaN(data4)){
validate35.errors = [{instancePath:instancePath+"/StartPeriod",keyword:"minimum",params:{comparison: ">=", limit: -9223372036854776000}}];
return false;
}
}
}
}
var valid0 = _errs9 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.StartInterval !== undefined){
let data5 = data.StartInterval;
const _errs11 = errors;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
validate35.errors = [{instancePath:instancePath+"/StartInterval",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs11){
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 9223372036854776000 || isNaN(data5)){
validate35.errors = [{instancePath:instancePath+"/StartInterval",keyword:"maximum",params:{comparison: "<=", limit: 9223372036854776000}}];
return false;
}
else {
if(data5 < -9223372036854776000 || isNaN(data5)){
validate35.errors = [{instancePath:instancePath+"/StartInterval",keyword:"minimum",params:{comparison: ">=", limit: -9223372036854776000}}];
return false;
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
if(data.Retries !== undefined){
let data6 = data.Retries;
const _errs13 = errors;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
validate35.errors = [{instancePath:instancePath+"/Retries",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs13){
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 9223372036854776000 || isNaN(data6)){
validate35.errors = [{instancePath:instancePath+"/Retries",keyword:"maximum",params:{comparison: "<=", limit: 9223372036854776000}}];
return false;
}
else {
if(data6 < -9223372036854776000 || isNaN(data6)){
validate35.errors = [{instancePath:instancePath+"/Retries",keyword:"minimum",params:{comparison: ">=", limit: -9223372036854776000}}];
return false;
}
}
}
}
var valid0 = _errs13 === errors;
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
else {
validate35.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate35.errors = vErrors;
return errors === 0;
}
function validate34(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.User !== undefined){
const _errs1 = errors;
if(typeof data.User !== "string"){
validate34.errors = [{instancePath:instancePath+"/User",keyword:"type",params:{type: "string"}}];
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
validate34.errors = [{instancePath:instancePath+"/ExposedPorts",keyword:"type",params:{type: ["object","null"]}}];
return false;
}
if(errors === _errs3){
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
for(const key0 in data1){
let data2 = data1[key0];
const _errs6 = errors;
if(!(data2 && typeof data2 == "object" && !Array.isArray(data2))){
validate34.errors = [{instancePath:instancePath+"/ExposedPorts/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "object"}}];
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
validate34.errors = [{instancePath:instancePath+"/Env",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs8){
if(Array.isArray(data3)){
var valid2 = true;
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
const _errs10 = errors;
if(typeof data3[i0] !== "string"){
validate34.errors = [{instancePath:instancePath+"/Env/" + i0,keyword:"type",params:{type: "string"}}];
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
validate34.errors = [{instancePath:instancePath+"/Entrypoint",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs12){
if(Array.isArray(data5)){
var valid3 = true;
const len1 = data5.length;
for(let i1=0; i1<len1; i1++){
const _errs14 = errors;
if(typeof data5[i1] !== "string"){
validate34.errors = [{instancePath:instancePath+"/Entrypoint/" + i1,keyword:"type",params:{type: "string"}}];
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
validate34.errors = [{instancePath:instancePath+"/Cmd",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs16){
if(Array.isArray(data7)){
var valid4 = true;
const len2 = data7.length;
for(let i2=0; i2<len2; i2++){
const _errs18 = errors;
if(typeof data7[i2] !== "string"){
validate34.errors = [{instancePath:instancePath+"/Cmd/" + i2,keyword:"type",params:{type: "string"}}];
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
validate34.errors = [{instancePath:instancePath+"/Volumes",keyword:"type",params:{type: ["object","null"]}}];
return false;
}
if(errors === _errs20){
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
for(const key1 in data9){
let data10 = data9[key1];
const _errs23 = errors;
if(!(data10 && typeof data10 == "object" && !Array.isArray(data10))){
validate34.errors = [{instancePath:instancePath+"/Volumes/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "object"}}];
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
validate34.errors = [{instancePath:instancePath+"/WorkingDir",keyword:"type",params:{type: "string"}}];
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
validate34.errors = [{instancePath:instancePath+"/Labels",keyword:"type",params:{type: ["object","null"]}}];
return false;
}
if(errors === _errs27){
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key2 in data12){
const _errs30 = errors;
if(typeof data12[key2] !== "string"){
validate34.errors = [{instancePath:instancePath+"/Labels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}}];
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
validate34.errors = [{instancePath:instancePath+"/StopSignal",keyword:"type",params:{type: "string"}}];
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
validate34.errors = [{instancePath:instancePath+"/ArgsEscaped",keyword:"type",params:{type: "boolean"}}];
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
if(!(validate35(data16, {instancePath:instancePath+"/Healthcheck",parentData:data,parentDataProperty:"Healthcheck",rootData}))){
vErrors = vErrors === null ? validate35.errors : vErrors.concat(validate35.errors);
errors = vErrors.length;
}
var _valid0 = _errs38 === errors;
valid7 = valid7 || _valid0;
if(!valid7){
const _errs39 = errors;
if(data16 !== null){
const err0 = {instancePath:instancePath+"/Healthcheck",keyword:"type",params:{type: "null"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
var _valid0 = _errs39 === errors;
valid7 = valid7 || _valid0;
}
if(!valid7){
const err1 = {instancePath:instancePath+"/Healthcheck",keyword:"anyOf",params:{}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
validate34.errors = vErrors;
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
let data17 = data.Shell;
const _errs41 = errors;
if((!(Array.isArray(data17))) && (data17 !== null)){
validate34.errors = [{instancePath:instancePath+"/Shell",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs41){
if(Array.isArray(data17)){
var valid8 = true;
const len3 = data17.length;
for(let i3=0; i3<len3; i3++){
const _errs43 = errors;
if(typeof data17[i3] !== "string"){
validate34.errors = [{instancePath:instancePath+"/Shell/" + i3,keyword:"type",params:{type: "string"}}];
return false;
}
var valid8 = _errs43 === errors;
if(!valid8){
break;
}
}
}
}
var valid0 = _errs41 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.OnBuild !== undefined){
let data19 = data.OnBuild;
const _errs45 = errors;
if((!(Array.isArray(data19))) && (data19 !== null)){
validate34.errors = [{instancePath:instancePath+"/OnBuild",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs45){
if(Array.isArray(data19)){
var valid9 = true;
const len4 = data19.length;
for(let i4=0; i4<len4; i4++){
const _errs47 = errors;
if(typeof data19[i4] !== "string"){
validate34.errors = [{instancePath:instancePath+"/OnBuild/" + i4,keyword:"type",params:{type: "string"}}];
return false;
}
var valid9 = _errs47 === errors;
if(!valid9){
break;
}
}
}
}
var valid0 = _errs45 === errors;
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
validate34.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate34.errors = vErrors;
return errors === 0;
}
function validate38(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((data.type === undefined) && (missing0 = "type")) || ((data.diff_ids === undefined) && (missing0 = "diff_ids"))){
validate38.errors = [{instancePath,keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
if(data.type !== undefined){
const _errs1 = errors;
if(!(data.type === "layers")){
validate38.errors = [{instancePath:instancePath+"/type",keyword:"enum",params:{allowedValues: ["layers"]}}];
return false;
}
var valid0 = _errs1 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.diff_ids !== undefined){
let data1 = data.diff_ids;
const _errs2 = errors;
if(errors === _errs2){
if(Array.isArray(data1)){
var valid1 = true;
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
const _errs4 = errors;
if(errors === _errs4){
if(errors === _errs4){
if(typeof data2 === "string"){
if(!(formats2.test(data2))){
validate38.errors = [{instancePath:instancePath+"/diff_ids/" + i0,keyword:"format",params:{format: "a digest (sha256: and 64 hexadecimal digits)"}}];
return false;
}
}
else {
validate38.errors = [{instancePath:instancePath+"/diff_ids/" + i0,keyword:"type",params:{type: "string"}}];
return false;
}
}
}
var valid1 = _errs4 === errors;
if(!valid1){
break;
}
}
}
else {
validate38.errors = [{instancePath:instancePath+"/diff_ids",keyword:"type",params:{type: "array"}}];
return false;
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
}
}
}
else {
validate38.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate38.errors = vErrors;
return errors === 0;
}
function validate40(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
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
validate40.errors = vErrors;
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
validate40.errors = [{instancePath:instancePath+"/author",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.created_by !== undefined){
const _errs9 = errors;
if(typeof data.created_by !== "string"){
validate40.errors = [{instancePath:instancePath+"/created_by",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs9 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.comment !== undefined){
const _errs11 = errors;
if(typeof data.comment !== "string"){
validate40.errors = [{instancePath:instancePath+"/comment",keyword:"type",params:{type: "string"}}];
return false;
}
var valid0 = _errs11 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.empty_layer !== undefined){
const _errs13 = errors;
if(typeof data.empty_layer !== "boolean"){
validate40.errors = [{instancePath:instancePath+"/empty_layer",keyword:"type",params:{type: "boolean"}}];
return false;
}
var valid0 = _errs13 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
else {
validate40.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate40.errors = vErrors;
return errors === 0;
}
function validate33(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((data.architecture === undefined) && (missing0 = "architecture")) || ((data.os === undefined) && (missing0 = "os"))) || ((data.rootfs === undefined) && (missing0 = "rootfs"))){
validate33.errors = [{instancePath,keyword:"required",params:{missingProperty: missing0}}];
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
validate33.errors = vErrors;
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
validate33.errors = [{instancePath:instancePath+"/author",keyword:"type",params:{type: "string"}}];
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
validate33.errors = [{instancePath:instancePath+"/architecture",keyword:"type",params:{type: "string"}}];
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
validate33.errors = [{instancePath:instancePath+"/variant",keyword:"type",params:{type: "string"}}];
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
validate33.errors = [{instancePath:instancePath+"/os",keyword:"type",params:{type: "string"}}];
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
validate33.errors = [{instancePath:instancePath+"/os.version",keyword:"type",params:{type: "string"}}];
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
validate33.errors = [{instancePath:instancePath+"/os.features",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs17){
if(Array.isArray(data6)){
var valid2 = true;
const len0 = data6.length;
for(let i0=0; i0<len0; i0++){
const _errs19 = errors;
if(typeof data6[i0] !== "string"){
validate33.errors = [{instancePath:instancePath+"/os.features/" + i0,keyword:"type",params:{type: "string"}}];
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
if(!(validate34(data8, {instancePath:instancePath+"/config",parentData:data,parentDataProperty:"config",rootData}))){
vErrors = vErrors === null ? validate34.errors : vErrors.concat(validate34.errors);
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
validate33.errors = vErrors;
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
const _errs26 = errors;
if(!(validate38(data.rootfs, {instancePath:instancePath+"/rootfs",parentData:data,parentDataProperty:"rootfs",rootData}))){
vErrors = vErrors === null ? validate38.errors : vErrors.concat(validate38.errors);
errors = vErrors.length;
}
var valid0 = _errs26 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.history !== undefined){
let data10 = data.history;
const _errs27 = errors;
if((!(Array.isArray(data10))) && (data10 !== null)){
validate33.errors = [{instancePath:instancePath+"/history",keyword:"type",params:{type: ["array","null"]}}];
return false;
}
if(errors === _errs27){
if(Array.isArray(data10)){
var valid4 = true;
const len1 = data10.length;
for(let i1=0; i1<len1; i1++){
const _errs29 = errors;
if(!(validate40(data10[i1], {instancePath:instancePath+"/history/" + i1,parentData:data10,parentDataProperty:i1,rootData}))){
vErrors = vErrors === null ? validate40.errors : vErrors.concat(validate40.errors);
errors = vErrors.length;
}
var valid4 = _errs29 === errors;
if(!valid4){
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
validate33.errors = [{instancePath,keyword:"type",params:{type: "object"}}];
return false;
}
}
validate33.errors = vErrors;
return errors === 0;
}

